import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExpiryQueue } from '../../src/state/expiry-queue.ts';
import { rowsBetweenYields } from '../../src/state/work.ts';
import { done, pieces } from './kit.ts';

const touches = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.uniqueArray(fc.nat(6)), fc.nat(8), fc.boolean()), {
  maxLength: 20,
});

test('a queue gives the keys whose last touch was before a time, once each, as far as it was not dropped', () => {
  fc.assert(
    fc.property(touches, (all) => {
      const queue = new ExpiryQueue();
      const lastMs = new Map<number, number>();
      let nowMs = 0;
      let droppedMs = 0;
      for (const [stepMs, ids, backMs, isDropped] of all) {
        nowMs += stepMs;
        done(queue.touch(nowMs, ids));
        for (const id of ids) lastMs.set(id, nowMs);
        if (isDropped) {
          queue.drop(nowMs - backMs);
          droppedMs = Math.max(droppedMs, nowMs - backMs);
        }
        for (let atMs = 0; atMs <= nowMs + 1; atMs++) {
          const idle = [...lastMs].filter(([, ms]) => ms < atMs && ms >= droppedMs).map(([id]) => id);
          expect([...queue.before(atMs)].sort()).toEqual(idle.sort());
        }
      }
    }),
  );
});

test('a queue gives keys in the order of their touches', () => {
  const queue = new ExpiryQueue();
  done(queue.touch(1000, [3, 1, 2]));
  done(queue.touch(2000, [1, 0]));
  expect([...queue.before(3000)]).toEqual([3, 2, 1, 0]);
});

test('a queue forgets everything when it is told to', () => {
  const queue = new ExpiryQueue();
  done(queue.touch(1000, [1]));
  queue.drop(5000);
  expect([...queue.before(9000)]).toEqual([]);
});

test('a queue takes many keys some at a time', () => {
  const ids = Array.from({ length: 2 * rowsBetweenYields }, (_, i) => i);
  expect(pieces(new ExpiryQueue().touch(1000, ids))).toEqual([rowsBetweenYields, rowsBetweenYields]);
  expect(pieces(new ExpiryQueue().touch(1000, ids.slice(1)))).toEqual([rowsBetweenYields]);
});
