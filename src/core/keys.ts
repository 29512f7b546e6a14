import { inspect, types } from 'node:util';
import { UsageError } from './errors.ts';
import { Duration, Time } from './time.ts';

/** The name of the method by which a class says how its objects are compared as keys; see {@link Keyed}. */
export const keyOf: unique symbol = Symbol.for('firesteel.keyOf');

/**
 * An object that is equal by value as a key.
 *
 * It equals whatever has the same `[keyOf]()`, be it of another class or the plain value itself: put the name of the
 * class into it if they must differ.
 *
 * @example
 * class UserId {
 *   id = 7;
 *   [keyOf]() { return ['UserId', this.id]; }
 * }
 * encodeKey(new UserId()) === encodeKey(['UserId', 7]) // => true
 */
export interface Keyed {
  /** Plain data, or another key that says what it is. */
  [keyOf](): unknown;
}

/** An encoded key: `Map` and `Set` compare it as keys are meant to be compared. */
export type Key = string | number | boolean | bigint | null | undefined;

/**
 * Gives a key a form in which `Map` finds it by value.
 *
 * Text, numbers, booleans, bigints, null and undefined stay as they are: NaN equals NaN and -0 equals 0. Tuples, plain
 * objects (whatever the order of their keys; `{ a: undefined }` is not `{}`), dates (by time) and bytes (by content;
 * `Buffer` and `Uint8Array` alike) become texts that begin with U+0000, which no other encoding does: text that begins
 * so is escaped. 1, '1', 1n and true all differ, inside tuples too; a hole of an array is undefined.
 *
 * Of an array only its elements count, of a plain object only its own enumerable properties.
 *
 * @throws UsageError (KEY.CLASS_INSTANCE) for an object of a class that has no `[keyOf]()`
 * @throws UsageError (KEY.NOT_A_VALUE) for functions, symbols, maps, sets, promises and the like
 * @throws UsageError (KEY.CYCLE) for a key that contains itself
 */
export function encodeKey(key: unknown): Key {
  if (typeof key === 'string' && key.charCodeAt(0) !== 0) return key;
  if (typeof key === 'number') return key;
  return encoded(key, undefined);
}

/** What every encoding that is not the key itself begins with. */
const mark = '\0';

/** The objects around the one that is written, innermost first: to see a cycle, and to show the whole key. */
interface Around {
  readonly object: object;
  readonly around: Around | undefined;
}

function encoded(key: unknown, around: Around | undefined): Key {
  switch (typeof key) {
    case 'string':
      return key.charCodeAt(0) === 0 ? mark + written(key, around) : key;
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return key;
  }
  if (key === null) return key;
  return isKeyed(key) ? encoded(formOf(key), entered(key, around)) : mark + written(key, around);
}

/** Every part says its kind and its length first, so that two keys are written alike only when they are equal. */
function written(part: unknown, around: Around | undefined): string {
  switch (typeof part) {
    case 'string':
      return `s${part.length}:${part}`;
    case 'number':
      return `n${part};`;
    case 'boolean':
      return part ? 'T' : 'F';
    case 'bigint':
      return `i${part};`;
    case 'undefined':
      return 'U';
    case 'object':
      return part === null ? 'N' : writtenObject(part, around);
    default:
      throw notAValue(`a ${typeof part}`, part, around);
  }
}

function writtenObject(object: object, around: Around | undefined): string {
  const inside = entered(object, around);
  if (isKeyed(object)) return written(formOf(object), inside);
  if (Array.isArray(object)) return writtenTuple(object, inside);
  if (types.isDate(object)) return `d${object.getTime()};`;
  if (types.isUint8Array(object)) return writtenBytes(object);
  if (isPlain(object)) return writtenPlain(object, inside);
  throw refusal(object, around);
}

function writtenTuple(tuple: readonly unknown[], inside: Around): string {
  let text = `a${tuple.length}:`;
  for (const part of tuple) text += written(part, inside);
  return text;
}

function writtenPlain(object: object, inside: Around): string {
  const symbols = Object.getOwnPropertySymbols(object);
  if (symbols.length > 0) throw notAValue('an object with symbols for keys', object, inside.around);
  const names = Object.keys(object).sort();
  let text = `o${names.length}:`;
  for (const name of names) {
    text += `${name.length}:${name}${written((object as Record<string, unknown>)[name], inside)}`;
  }
  return text;
}

function writtenBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return `b${text.length}:${text}`;
}

function isKeyed(value: unknown): value is Keyed | Duration | Time {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Partial<Keyed>)[keyOf] === 'function' || value instanceof Duration || value instanceof Time;
}

/** Two durations are equal when they are equally long; no duration equals a number or a time. */
function formOf(keyed: Keyed | Duration | Time): unknown {
  if (keyed instanceof Duration) return ['Duration', keyed.milliseconds];
  return keyed instanceof Time ? ['Time', keyed.milliseconds] : keyed[keyOf]();
}

/** An object literal of any realm (a test runner may have its own), or one without a prototype. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.hasOwn(prototype as object, 'isPrototypeOf');
}

function entered(object: object, around: Around | undefined): Around {
  for (let outer = around; outer !== undefined; outer = outer.around) {
    if (outer.object === object) throw new UsageError('KEY.CYCLE', { key: shown(object, around) });
  }
  return { object, around };
}

function refusal(object: object, around: Around | undefined): UsageError {
  const name = className(object);
  const article = /^[AEIOU]/.test(name) ? 'an' : 'a';
  if (builtInKinds.some((isOfKind) => isOfKind(object))) return notAValue(`${article} ${name}`, object, around);
  return new UsageError('KEY.CLASS_INSTANCE', { className: name, key: shown(object, around) });
}

/** What JavaScript itself brings and what is no plain data: the user cannot give these a `[keyOf]()`. */
const builtInKinds: readonly ((object: object) => boolean)[] = [
  types.isMap,
  types.isSet,
  types.isWeakMap,
  types.isWeakSet,
  types.isPromise,
  types.isAnyArrayBuffer,
  ArrayBuffer.isView,
  types.isBoxedPrimitive,
  types.isRegExp,
  types.isNativeError,
  types.isGeneratorObject,
];

function className(object: object): string {
  const maker: unknown = (object as { readonly constructor?: unknown }).constructor;
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'anonymous class';
}

function notAValue(kind: string, part: unknown, around: Around | undefined): UsageError {
  return new UsageError('KEY.NOT_A_VALUE', { kind, key: shown(part, around) });
}

/** The whole key, on one line. */
function shown(part: unknown, around: Around | undefined): string {
  let whole = part;
  for (let outer = around; outer !== undefined; outer = outer.around) whole = outer.object;
  return inspect(whole, { depth: 3, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 8, maxStringLength: 60 });
}
