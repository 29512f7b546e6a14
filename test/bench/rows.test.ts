import { describe, expect, test } from 'vitest';
import type { DataFacts } from '../../bench/spark/data.ts';
import { fullSparkScale, sparkRows } from '../../bench/spark/rows.ts';

const facts: DataFacts = {
  scale: fullSparkScale.data,
  pattern: 'word',
  text: Array.from({ length: 10 }, (_, file) => ({
    bytes: 1,
    matches: file,
    distinct: 100 + file,
    topCount: 1000 + file,
  })),
};
const rows = sparkRows(fullSparkScale, 'data', facts);
const row = (name: string) => rows.find((each) => each.name === name);

describe('the rows beside Spark', () => {
  test('have names of their own, and each something that is promised', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    const isPromised = rows.map(({ measures }) =>
      measures.some(({ timesSpark, reach }) => timesSpark !== undefined || reach !== undefined),
    );
    expect(isPromised).toEqual(rows.map(() => true));
  });

  test('compare what is counted in the file behind the counted batches', () => {
    // 2 warm batches and 10 counted ones are read from files 0 to 9, 0 and 1.
    expect(row('wordcount')?.expected).toEqual([102, 10_000_000, 1002]);
    expect(row('grep')?.expected).toEqual([0]);
  });

  test('compare the commonest word of a window over all files', () => {
    expect(row('topk-described')?.expected).toEqual([10, 10_045]);
  });

  test('compare all keys, and what they add up to after every batch', () => {
    expect(row('updateState-100k')?.expected).toEqual([100_000, 100_000 + 31 * 200_000]);
    expect(row('mapWithState-1m')?.expected).toEqual([200_000]);
  });

  test('give both engines the same batches', () => {
    for (const { spark, firesteel, kind } of rows) {
      if (kind !== 'batches' || spark === undefined || spark[0] === 'floor') continue;
      const shared = spark.filter((word) => !word.startsWith('interval='));
      expect(firesteel).toEqual(expect.arrayContaining(shared));
    }
  });
});
