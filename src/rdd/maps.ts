import { encodeKey, type Key } from '../core/keys.ts';
import type { Task } from './executor.ts';
import type { Cell } from './loop.ts';
import { pairOf } from './row-functions.ts';

// Maps of what all partitions have, made where an action ends: by value, with the first key object of each.

/** The sums of the numbers that partitions have in their cells. */
export function* sums(partitions: readonly ReadonlyMap<Key, Cell>[]): Task<Map<unknown, number>> {
  const all = new Map<Key, Cell>();
  let count = 0;
  for (const cells of partitions) {
    for (const [key, cell] of cells) {
      const known = all.get(key);
      if (known === undefined) all.set(key, cell);
      else known.value = (known.value as number) + (cell.value as number);
      if (++count % keysBetweenYields === 0) yield keysBetweenYields;
    }
  }
  return (yield* byKeyObject(all)) as Map<unknown, number>;
}

/** The last value of each key. */
export function* lastValues(pairs: readonly unknown[]): Task<Map<unknown, unknown>> {
  const all = new Map<Key, Cell>();
  let count = 0;
  for (const row of pairs) {
    const [key, value] = pairOf(row);
    const encoded = encodeKey(key);
    const known = all.get(encoded);
    if (known === undefined) all.set(encoded, { key, value });
    else known.value = value;
    if (++count % keysBetweenYields === 0) yield keysBetweenYields;
  }
  return yield* byKeyObject(all);
}

function* byKeyObject(cells: ReadonlyMap<Key, Cell>): Task<Map<unknown, unknown>> {
  const made = new Map<unknown, unknown>();
  for (const { key, value } of cells.values()) {
    made.set(key, value);
    if (made.size % keysBetweenYields === 0) yield keysBetweenYields;
  }
  return made;
}

/** About a tenth of a millisecond. */
const keysBetweenYields = 1024;
