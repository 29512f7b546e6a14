import { expect, test } from 'vitest';
import { BoundedQueue } from '../../src/core/bounded-queue.ts';

test('gives the items away in the order in which they came', () => {
  const queue = new BoundedQueue<string>(3);
  for (const item of ['a', 'b', 'c']) queue.push(item);
  expect([...queue]).toEqual(['a', 'b', 'c']);
  expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual(['a', 'b', 'c', undefined]);
  expect([...queue]).toEqual([]);
});

test('refuses what does not fit, and keeps what it has', () => {
  const queue = new BoundedQueue<number>(2);
  expect([queue.push(1), queue.push(2), queue.push(3)]).toEqual([true, true, false]);
  expect([queue.size, queue.isFull, queue.limit]).toEqual([2, true, 2]);
  queue.shift();
  expect([queue.size, queue.isFull]).toEqual([1, false]);
  expect(queue.push(4)).toBe(true);
  expect([...queue]).toEqual([2, 4]);
});

test('does as a plain array with a limit does, whatever is pushed and shifted', () => {
  for (const limit of [1, 2, 7, 8, 9, 40]) {
    const queue = new BoundedQueue<number>(limit);
    const list: number[] = [];
    for (let n = 0; n < 600; n++) {
      // Long stretches of mostly pushing and of mostly shifting, so that the ring turns, fills and empties.
      const isPush = (n * 7919) % 10 < (Math.floor(n / 100) % 2 === 0 ? 7 : 3);
      if (isPush) {
        expect(queue.push(n)).toBe(list.length < limit);
        if (list.length < limit) list.push(n);
      } else {
        expect(queue.shift()).toBe(list.shift());
      }
      expect([queue.size, queue.isFull]).toEqual([list.length, list.length === limit]);
      expect([...queue]).toEqual(list);
    }
  }
});

test('holds undefined as an item like any other', () => {
  const queue = new BoundedQueue<undefined>(2);
  expect(queue.push(undefined)).toBe(true);
  expect([queue.size, [...queue]]).toEqual([1, [undefined]]);
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('has no limit of %d', (limit) => {
  expect(() => new BoundedQueue(limit)).toThrow(expect.objectContaining({ code: 'BUG.ASSERTION' }));
});
