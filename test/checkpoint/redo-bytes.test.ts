import { expect, test } from 'vitest';
import { changedFromBytes, changeToBytes } from '../../src/checkpoint/entries.ts';
import { redoFromBytes, redoToBytes } from '../../src/checkpoint/redo-bytes.ts';
import { byId, emptyRedo, type Redo } from '../../src/state/redo.ts';
import { rowsBetweenYields, uncut } from '../../src/state/work.ts';

/** A redo of so many keys, with values that are numbers or objects. */
function redoOf(count: number, made: (n: number) => unknown): Redo {
  const ids = Array.from({ length: count }, (_, n) => n);
  const texts = byId(
    ids,
    ids.map((n) => `key-${n}`),
  );
  const values = byId(
    ids,
    ids.map((n) => made(n)),
  );
  const slots = [
    { timeMs: 1000, ...values },
    { timeMs: 2000, ...byId([7], ['seven']) },
    { timeMs: 3000, ...texts },
  ];
  return { timeMs: 3000, keys: texts, put: values, gone: new Int32Array([1, 2]), slots };
}

test.each([0, 1, rowsBetweenYields, rowsBetweenYields + 1, 5 * rowsBetweenYields + 3])('%i keys come back', (count) => {
  for (const made of [(n: number) => n / 3, (n: number) => ({ sum: n, of: [n] }), () => undefined]) {
    const redo = redoOf(count, made);
    const bytes = uncut(redoToBytes(redo));
    expect(redoFromBytes(bytes)).toEqual(redo);
    const change = { state: 'counts', timeMs: 3000, partition: 1, bytes, results: ['a'] };
    expect(changedFromBytes(changeToBytes(change))).toEqual({ ...redo, results: ['a'] });
  }
  expect(redoFromBytes(uncut(redoToBytes(emptyRedo(1000))))).toEqual(emptyRedo(1000));
});

test('bytes are made in cuts of some keys', () => {
  const redo = redoOf(10 * rowsBetweenYields, (n) => ({ n }));
  let cuts = 0;
  for (const rows of redoToBytes(redo)) {
    expect(rows).toBe(rowsBetweenYields);
    cuts += 1;
  }
  expect(cuts).toBe(1 + 4 * 10);
});
