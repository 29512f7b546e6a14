import { expect, test } from 'vitest';
import { checkBoth } from '../../bench/spark/agreed.ts';

test('both may give the same, with more than is known beforehand', () => {
  expect(() => checkBoth('topk', [10, 500, 900], [10, 500, 900], [10, 500])).not.toThrow();
  expect(() => checkBoth('event-loop', undefined, [1], [1])).not.toThrow();
});

test.each([
  ['Spark', [9], [10], [10]],
  ['firesteel', [10], [9], [10]],
  ['firesteel', [10], [], [10]],
  ['firesteel', [10, 500], [10, 501], [10]],
])('%s is told of when it is wrong: %j and %j, where %j is right', (who, spark, firesteel, expected) => {
  expect(() => checkBoth('row', spark, firesteel, expected)).toThrow(`row: ${who} gave`);
});
