import { types } from 'node:util';

/**
 * The first value inside of this one that is no plain data, in a box: it would not survive as bytes, or come back as
 * something else.
 *
 * Plain are primitives but symbols, plain objects, arrays, dates, regular expressions, maps, sets and bytes, in each
 * other as one likes. Not plain are functions, symbols, promises, errors, and objects of other classes, also of those
 * that extend a plain one.
 */
export function unplainIn(value: unknown): { readonly value: unknown } | undefined {
  return isPrimitive(value) ? undefined : unplainInside(value, 0, new Set());
}

/** @param seen the objects below the first levels: none of them is looked at twice, and no cycle followed for ever */
function unplainInside(value: unknown, depth: number, seen: Set<unknown>): { readonly value: unknown } | undefined {
  if (isPrimitive(value)) return undefined;
  if (typeof value !== 'object' || value === null) return { value };
  if (depth > levelsMax) {
    if (seen.has(value)) return undefined;
    seen.add(value);
  }
  const members = membersOf(value);
  if (members === undefined) return { value };
  for (const member of members) {
    const found = unplainInside(member, depth + 1, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** So many levels are not noted, which is cheaper: rows of plain values, in an array in an array. */
const levelsMax = 3;

function isPrimitive(value: unknown): boolean {
  if (value === null) return true;
  const type = typeof value;
  return type !== 'object' && type !== 'function' && type !== 'symbol';
}

/** What a plain object holds; undefined where it is no plain one. */
function membersOf(value: object): Iterable<unknown> | undefined {
  // It may pretend to be whatever it likes.
  if (types.isProxy(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return Object.values(value);
  if (prototype === Array.prototype) return value as readonly unknown[];
  if (prototype === Map.prototype) return membersOfMap(value as ReadonlyMap<unknown, unknown>);
  if (prototype === Set.prototype) return value as ReadonlySet<unknown>;
  if (withoutMembers.has(prototype)) return [];
  // A plain object from another realm.
  return Object.hasOwn(prototype as object, 'isPrototypeOf') ? Object.values(value) : undefined;
}

function* membersOfMap(map: ReadonlyMap<unknown, unknown>): Generator<unknown, void> {
  for (const [key, value] of map) {
    yield key;
    yield value;
  }
}

const withoutMembers: ReadonlySet<unknown> = new Set(
  [
    ...[Date, RegExp, ArrayBuffer, DataView, Buffer, Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array],
    ...[Int8Array, Int16Array, Int32Array, BigInt64Array, BigUint64Array, Float32Array, Float64Array],
  ].map(({ prototype }) => prototype),
);
