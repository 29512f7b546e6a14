import type { Redo } from '../rdd/state-store.ts';
import { rowsBetweenYields, type Work } from '../state/work.ts';
import { valuesFromBytes, valuesToBytes } from './codec.ts';

/** Values by id, as a redo has them. */
type ById = Redo['put'];

/**
 * A redo as bytes, made bit by bit: the values of a large step would hold the event loop for long.
 *
 * First the redo, without the lists of values that are longer than a piece; then the pieces of these.
 *
 * @throws whatever V8 says of a value that is no plain data
 */
export function redoToBytes(redo: Redo): Work<Uint8Array> {
  return valuesToBytes(partsOf(redo), rowsBetweenYields);
}

/** @throws whatever V8 says of bytes that are no redo */
export function redoFromBytes(bytes: Uint8Array): Redo {
  const parts = valuesFromBytes(bytes);
  const { keys, put, slots, ...rest } = parts.next().value as Redo;
  return {
    ...rest,
    keys: filled(keys, parts),
    put: filled(put, parts),
    ...(slots !== undefined && { slots: slots.map((slot) => filled(slot, parts)) }),
  };
}

function* partsOf({ keys, put, slots, ...rest }: Redo): Generator<unknown, void> {
  const short = slots?.map((slot) => emptied(slot));
  yield { ...rest, keys: emptied(keys), put: emptied(put), ...(short !== undefined && { slots: short }) };
  for (const { values } of [keys, put, ...(slots ?? [])]) if (isLong(values)) yield* piecesOf(values);
}

/** Numbers are bytes already. */
function isLong(values: ById['values']): boolean {
  return !(values instanceof Float64Array) && values.length > rowsBetweenYields;
}

function emptied<V extends ById>(byId: V): V {
  return isLong(byId.values) ? { ...byId, values: [] } : byId;
}

function* piecesOf(values: ById['values']): Generator<unknown, void> {
  for (let from = 0; from < values.length; from += rowsBetweenYields) {
    yield values.slice(from, from + rowsBetweenYields);
  }
}

function filled<V extends ById>(byId: V, parts: Generator<unknown, void>): V {
  if (byId.values.length === byId.ids.length) return byId;
  const values: unknown[] = [];
  while (values.length < byId.ids.length) values.push(...(parts.next().value as unknown[]));
  return { ...byId, values };
}
