import { expect, test } from 'vitest';
import { atOnce, ReturnedPromise } from '../../src/state/call-failure.ts';

test('what a function gave at once is handed on', () => {
  expect([atOnce(5), atOnce(undefined)]).toEqual([5, undefined]);
});

test('a promise is not handed on, and can be looked after', () => {
  const promise = Promise.resolve(1);
  const refusal = (): unknown => {
    try {
      return [atOnce<unknown>(promise)];
    } catch (refused) {
      return refused;
    }
  };
  const refused = refusal();
  expect(refused).toBeInstanceOf(ReturnedPromise);
  expect((refused as ReturnedPromise).promise).toBe(promise);
});
