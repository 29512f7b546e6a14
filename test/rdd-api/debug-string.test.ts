import { pairWith, splitOn, sum } from 'firesteel';
import { expect, test } from 'vitest';
import { lab, withoutLines } from './kit.ts';

test('toDebugString shows the lineage, with partitions, places, moves and what is kept', async () => {
  const { sc } = lab();
  const words = sc.textFile('/in').flatMap((line) => line.split(' '));
  const counts = words
    .map((word): [string, number] => [word, 1])
    .cache()
    .reduceByKey((a, b) => a + b, 3);
  expect(withoutLines(counts.toDebugString())).toMatchInlineSnapshot(`
    "(3) reduceByKey at debug-string.test.ts
     +-(2) map at debug-string.test.ts [MEMORY_ONLY]
        | (2) flatMap at debug-string.test.ts
           | (2) textFile at debug-string.test.ts"
  `);
  const joined = counts.join(sc.parallelize([['a', true]] as [string, boolean][], 4)).sortByKey();
  expect(withoutLines(joined.toDebugString())).toMatchInlineSnapshot(`
    "(4) sortByKey at debug-string.test.ts
     | (4) sortByKey at debug-string.test.ts
        +-(4) join at debug-string.test.ts
           | (4) join at debug-string.test.ts
              +-(7) join at debug-string.test.ts
                 | (3) join at debug-string.test.ts
                    | (3) reduceByKey at debug-string.test.ts
                       +-(2) map at debug-string.test.ts [MEMORY_ONLY]
                          | (2) flatMap at debug-string.test.ts
                             | (2) textFile at debug-string.test.ts
                 | (4) join at debug-string.test.ts
                    | (4) parallelize at debug-string.test.ts"
  `);
  expect(withoutLines(sc.emptyRDD().union(sc.range(3)).coalesce(1).toDebugString())).toMatchInlineSnapshot(`
    "(1) coalesce at debug-string.test.ts
     | (2) union at debug-string.test.ts
        | (0) emptyRDD at debug-string.test.ts
        | (2) range at debug-string.test.ts
           | (2) range at debug-string.test.ts"
  `);
});

test('toDebugString shows what is used twice once', () => {
  const { sc } = lab();
  const sums = sc.parallelize([['a', 1]] as [string, number][], 1).reduceByKey((a, b) => a + b);
  expect(withoutLines(sums.join(sums).toDebugString())).toMatchInlineSnapshot(`
    "(1) join at debug-string.test.ts
     | (1) join at debug-string.test.ts
        +-(2) join at debug-string.test.ts
           | (1) join at debug-string.test.ts
              | (1) reduceByKey at debug-string.test.ts
                 +-(1) parallelize at debug-string.test.ts
           | (1) join at debug-string.test.ts
              | (1) reduceByKey at debug-string.test.ts, as above"
  `);
});

test('toDebugString says where each operator was called', () => {
  const { sc } = lab();
  const rdd = sc.parallelize([1]);
  const mapped = rdd.map((n) => n);
  const places = [...mapped.toDebugString().matchAll(/(\w+) at debug-string\.test\.ts:(\d+)/g)];
  expect(places.map(([, name]) => name)).toEqual(['map', 'parallelize']);
  expect(Number(places[0]?.[2])).toBe(Number(places[1]?.[2]) + 1);
});

test('explain shows which form each stage gets, once for all partitions', () => {
  const { sc } = lab();
  const counts = sc.textFile('/in', 3).flatMap(splitOn(' ')).map(pairWith(1)).reduceByKey(sum, 2);
  const shown = counts.mapValues((n) => n * 2).explain();
  expect(withoutLines(shown)).toMatchInlineSnapshot(`
    "textFile → flatMap → map → reduceByKey (debug-string.test.ts)
      text: kernel over bytes: split on ' ', pair with 1, sum
      values: generated loop
    reduceByKey → mapValues (debug-string.test.ts)
      generated loop: the rows of \`reduceByKey\` are values"
  `);
});

test('explain looks through what is kept, wherever that stands', () => {
  const { sc } = lab();
  const counts = sc.textFile('/in').map(pairWith(1)).reduceByKey(sum).cache();
  expect(withoutLines(counts.explain())).toMatchInlineSnapshot(`
    "textFile → map → reduceByKey (debug-string.test.ts)
      text: kernel over bytes: pair with 1, sum
      values: generated loop"
  `);
  expect(withoutLines(counts.join(counts).explain())).toMatchInlineSnapshot(`
    "textFile → map → reduceByKey (debug-string.test.ts)
      text: kernel over bytes: pair with 1, sum
      values: generated loop
    reduceByKey → join (debug-string.test.ts)
      generated loop: the rows of \`reduceByKey\` are values
    join (debug-string.test.ts)
      generated loop: the rows of \`join\` are values"
  `);
});
