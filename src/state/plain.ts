import { types } from 'node:util';

/** How many parts of a value are looked at, and how deep it is looked into: what is behind is taken to be plain. */
export const partsMax = 64;
export const depthMax = 4;

/**
 * Whether a value comes back as it was from `serialize` and `deserialize` of node:v8.
 *
 * Plain are text, numbers, booleans, bigints, null and undefined, and of these arrays, objects without a class, maps,
 * sets; also dates, bytes and buffers. An object of a class comes back without it, and functions and symbols not at
 * all. It costs as much as the parts that are looked at, which are not many.
 */
export function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return true;
    case 'object':
      return value === null || looked(value, depthMax, partsMax) !== refused;
    default:
      return false;
  }
}

/** In the place of how many parts may still be looked at. */
const refused = -1;

/** Gives how many parts may be looked at behind this one. */
function looked(value: unknown, depth: number, left: number): number {
  if (left === 0) return 0;
  if (typeof value !== 'object' || value === null) return isPlain(value) ? left - 1 : refused;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || isOfObjects(prototype)) {
    const isOdd = types.isBoxedPrimitive(value) || Object.getOwnPropertySymbols(value).length > 0;
    return isOdd || types.isProxy(value) ? refused : lookedInto(value as Record<string, unknown>, depth, left - 1);
  }
  if (ArrayBuffer.isView(value)) return isBytes(value, prototype) ? left - 1 : refused;
  // A class that extends one of those below has its prototype between.
  if (!isOfObjects(Object.getPrototypeOf(prototype))) return refused;
  if (Array.isArray(value) || types.isSet(value)) return lookedAll(value, depth, left - 1);
  if (types.isMap(value)) return lookedAll(flat(value), depth, left - 1);
  return types.isDate(value) || types.isArrayBuffer(value) ? left - 1 : refused;
}

function lookedInto(object: Readonly<Record<string, unknown>>, depth: number, left: number): number {
  if (depth === 0) return left;
  let still = left;
  for (const name in object) {
    if (still <= 0) break;
    if (Object.hasOwn(object, name)) still = looked(object[name], depth - 1, still);
  }
  return still;
}

function lookedAll(parts: Iterable<unknown>, depth: number, left: number): number {
  if (depth === 0) return left;
  let still = left;
  for (const part of parts) {
    if (still <= 0) break;
    still = looked(part, depth - 1, still);
  }
  return still;
}

/** Whether it is what objects without a class have for a prototype, in whatever realm. */
function isOfObjects(prototype: unknown): boolean {
  return prototype !== null && Object.hasOwn(prototype as object, 'isPrototypeOf');
}

function isBytes(view: ArrayBufferView, prototype: unknown): boolean {
  if (!types.isArrayBuffer(view.buffer)) return false;
  if (prototype === Buffer.prototype) return true;
  const above: unknown = Object.getPrototypeOf(prototype);
  return isOfObjects(view instanceof DataView ? above : Object.getPrototypeOf(above));
}

function* flat(map: ReadonlyMap<unknown, unknown>): Generator<unknown, void> {
  for (const [key, value] of map) {
    yield key;
    yield value;
  }
}
