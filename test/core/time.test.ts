import { describe, expect, test } from 'vitest';
import { encodeKey } from '../../src/core/keys.ts';
import { Duration, durationOf, Milliseconds, Minutes, Seconds, Time } from '../../src/core/time.ts';

const ms = (n: number): Duration => new Duration(n);
const at = (n: number): Time => new Time(n);

/** Spark's own table of its durations (DurationSuite): function, a, b, answer. */
const sparksDurations: readonly (readonly [string, number, number, number | boolean])[] = [
  ['less', 999, 1000, true],
  ['less', 0, 1, true],
  ['less', 1000, 999, false],
  ['less', 1000, 1000, false],
  ['lessEq', 999, 1000, true],
  ['lessEq', 1000, 999, false],
  ['lessEq', 1000, 1000, true],
  ['greater', 1000, 999, true],
  ['greater', 999, 1000, false],
  ['greater', 1000, 1000, false],
  ['greaterEq', 1000, 999, true],
  ['greaterEq', 999, 1000, false],
  ['greaterEq', 1000, 1000, true],
  ['plus', 1000, 100, 1100],
  ['plus', 1000, 0, 1000],
  ['minus', 1000, 100, 900],
  ['minus', 1000, 0, 1000],
  ['minus', 1000, 1000, 0],
  ['times', 100, 2, 200],
  ['times', 100, 1, 100],
  ['times', 100, 0, 0],
  ['div', 1000, 5, 200],
  ['div', 1000, 1, 1000],
  ['div', 1000, 1000, 1],
  ['div', 1000, 2000, 0.5],
  ['isMultipleOf', 1000, 5, true],
  ['isMultipleOf', 1000, 1000, true],
  ['isMultipleOf', 1000, 1, true],
  ['isMultipleOf', 1000, 6, false],
  ['min', 999, 1000, 999],
  ['min', 1000, 999, 999],
  ['min', 1000, 1000, 1000],
  ['max', 999, 1000, 1000],
  ['max', 1000, 999, 1000],
  ['max', 1000, 1000, 1000],
  ['isZero', 0, 0, true],
  ['isZero', 1, 0, false],
  ['milliseconds', 100, 0, 100],
  ['seconds', 30, 0, 30_000],
  ['minutes', 2, 0, 120_000],
];

const functions: Record<string, (a: number, b: number) => unknown> = {
  less: (a, b) => ms(a).less(ms(b)),
  lessEq: (a, b) => ms(a).lessEq(ms(b)),
  greater: (a, b) => ms(a).greater(ms(b)),
  greaterEq: (a, b) => ms(a).greaterEq(ms(b)),
  plus: (a, b) => ms(a).plus(ms(b)).milliseconds,
  minus: (a, b) => ms(a).minus(ms(b)).milliseconds,
  times: (a, b) => ms(a).times(b).milliseconds,
  div: (a, b) => ms(a).div(ms(b)),
  isMultipleOf: (a, b) => ms(a).isMultipleOf(ms(b)),
  min: (a, b) => ms(a).min(ms(b)).milliseconds,
  max: (a, b) => ms(a).max(ms(b)).milliseconds,
  isZero: (a) => ms(a).isZero(),
  milliseconds: (a) => Milliseconds(a).milliseconds,
  seconds: (a) => Seconds(a).milliseconds,
  minutes: (a) => Minutes(a).milliseconds,
};

describe('Duration', () => {
  test.each(sparksDurations)('answers %s(%d, %d) as Spark: %s', (name, a, b, answer) => {
    expect(functions[name]?.(a, b)).toBe(answer);
  });

  test('prints its milliseconds', () => {
    expect(String(Seconds(1))).toBe('1000 ms');
    expect(`${Seconds(1)}`).toBe('1000 ms');
    // biome-ignore lint/style/useTemplate: Spark's programs write it so, and + asks for another form than a template
    expect('took ' + Seconds(1)).toBe('took 1000 ms');
  });

  test('is compared by < and > as a number', () => {
    expect(Seconds(9) < Seconds(10)).toBe(true);
    expect(Seconds(10) > Seconds(9)).toBe(true);
    expect(Seconds(10) <= Seconds(9)).toBe(false);
  });

  test('equals another of the same length', () => {
    expect(Seconds(60).equals(Minutes(1))).toBe(true);
    expect(Seconds(61).equals(Minutes(1))).toBe(false);
  });

  test('may be negative, and never is -0', () => {
    expect(Seconds(1).minus(Seconds(3)).milliseconds).toBe(-2000);
    expect(Seconds(-0).milliseconds).toBe(0);
    expect(Seconds(0).times(-1).milliseconds).toBe(0);
  });

  test('is divided by 0 ms into infinity, as in Spark', () => {
    expect(Seconds(1).div(Seconds(0))).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [1250, '1.3 s'],
    [1449, '1.4 s'],
    [1450, '1.5 s'],
    [59_999, '60.0 s'],
    [90_000, '1.5 m'],
    [3_600_000, '1.00 h'],
    [4_518_000, '1.25 h'],
  ])('prints %d ms for people as %s', (n, text) => {
    expect(ms(n).prettyPrint()).toBe(text);
  });

  test('takes fractions of a unit as long as the result is whole', () => {
    expect(Seconds(0.5).milliseconds).toBe(500);
    expect(Minutes(1.5).milliseconds).toBe(90_000);
    for (let n = 0; n < 20_000; n++) expect(Seconds(n / 1000).milliseconds).toBe(n);
  });

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d milliseconds', (n) => {
    expect(() => Milliseconds(n)).toThrow(expect.objectContaining({ code: 'TIME.NOT_WHOLE' }));
    expect(() => new Duration(n)).toThrow(expect.objectContaining({ code: 'TIME.NOT_WHOLE' }));
    expect(() => new Time(n)).toThrow(expect.objectContaining({ code: 'TIME.NOT_WHOLE' }));
  });

  test('says what is not whole as it was written', () => {
    expect(() => Seconds(0.0001)).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [TIME.NOT_WHOLE] Seconds(0.0001) is not a whole number of milliseconds.
        why  Times and durations count whole milliseconds, so that every batch falls on one exact grid.
        fix  Round it first: Milliseconds(Math.round(ms)).]
    `);
    expect(() => Seconds(1).times(0.3333)).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [TIME.NOT_WHOLE] new Duration(333.3) is not a whole number of milliseconds.
        why  Times and durations count whole milliseconds, so that every batch falls on one exact grid.
        fix  Round it first: Milliseconds(Math.round(ms)).]
    `);
  });

  test('refuses to ask for a multiple of 0 ms', () => {
    expect(() => Seconds(1).isMultipleOf(Seconds(0))).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [TIME.ZERO_INTERVAL] isMultipleOf() was given an interval of 0 ms.
        why  Nothing can be divided into steps that have no length.
        fix  Give it an interval that is not zero, such as Seconds(1).]
    `);
  });
});

describe('durationOf', () => {
  test.each([
    ['10 seconds', 10_000],
    ['200ms', 200],
    ['1 minute', 60_000],
    ['1.5 s', 1500],
    ['2h', 7_200_000],
    ['0 s', 0],
    ['1 d', 86_400_000],
    ['2 days', 172_800_000],
    ['3 m', 180_000],
    ['3min', 180_000],
    ['1 hour', 3_600_000],
    ['1 millisecond', 1],
    ['  7 Milliseconds ', 7],
    ['0.001 s', 1],
  ])('reads %j as %d ms', (text, milliseconds) => {
    expect(durationOf(text).milliseconds).toBe(milliseconds);
  });

  test('gives a Duration as it is', () => {
    const d = Seconds(1);
    expect(durationOf(d)).toBe(d);
  });

  test('reads what a Duration prints', () => {
    expect(durationOf(String(Minutes(3))).equals(Minutes(3))).toBe(true);
  });

  test.each(['', '10', 'ten seconds', '-1 s', '1 fortnight', '1 s 2 ms', '1e3 ms', '1. s', '1,5 s', 's'])(
    'refuses %j',
    (text) => {
      expect(() => durationOf(text)).toThrow(expect.objectContaining({ code: 'TIME.BAD_DURATION' }));
    },
  );

  test('says how a duration is written', () => {
    expect(() => durationOf('ten seconds')).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [TIME.BAD_DURATION] 'ten seconds' is not a length of time.
        why  A length of time is a Duration, or a text of a number and its unit: ms, s, m or min, h, d, or their names.
        fix  Write Seconds(10), '10 seconds', '200ms', '1.5 s', '1 minute' or '2h'.]
    `);
  });

  test('refuses a number, whose unit nobody can know', () => {
    expect(() => durationOf(1000 as never)).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [TIME.BAD_DURATION] 1000 is not a length of time.
        why  A length of time is a Duration, or a text of a number and its unit: ms, s, m or min, h, d, or their names.
        fix  Write Seconds(10), '10 seconds', '200ms', '1.5 s', '1 minute' or '2h'.]
    `);
  });

  test('refuses a text with a fraction of a millisecond', () => {
    expect(() => durationOf('1.0001 s')).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [TIME.NOT_WHOLE] '1.0001 s' is not a whole number of milliseconds.
        why  Times and durations count whole milliseconds, so that every batch falls on one exact grid.
        fix  Round it first: Milliseconds(Math.round(ms)).]
    `);
  });
});

describe('Time', () => {
  test('prints its milliseconds', () => {
    expect(`${at(5000)}`).toBe('5000 ms');
    // biome-ignore lint/style/useTemplate: + asks an object for another form than a template does
    expect('batch ' + at(5000)).toBe('batch 5000 ms');
  });

  test('is compared by its milliseconds', () => {
    expect([at(1).less(at(2)), at(2).less(at(2)), at(3).less(at(2))]).toEqual([true, false, false]);
    expect([at(1).lessEq(at(2)), at(2).lessEq(at(2)), at(3).lessEq(at(2))]).toEqual([true, true, false]);
    expect([at(1).greater(at(2)), at(2).greater(at(2)), at(3).greater(at(2))]).toEqual([false, false, true]);
    expect([at(1).greaterEq(at(2)), at(2).greaterEq(at(2)), at(3).greaterEq(at(2))]).toEqual([false, true, true]);
    expect([at(9) < at(10), at(10) < at(9)]).toEqual([true, false]);
    expect([at(2).equals(at(2)), at(2).equals(at(3))]).toEqual([true, false]);
    expect([at(1).min(at(2)).milliseconds, at(1).max(at(2)).milliseconds]).toEqual([1, 2]);
  });

  test('less a time is a duration, less a duration a time', () => {
    const between: Duration = at(5000).minus(at(2000));
    const before: Time = at(5000).minus(Seconds(2));
    expect(between).toEqual(Seconds(3));
    expect(before).toEqual(at(3000));
    expect(at(5000).plus(Seconds(1))).toEqual(at(6000));
  });

  test('is floored to the grid of the epoch', () => {
    expect(at(5999).floor(Seconds(1))).toEqual(at(5000));
    expect(at(6000).floor(Seconds(1))).toEqual(at(6000));
  });

  test('is floored to a grid with its own zero', () => {
    expect(at(5999).floor(Seconds(2), at(1000))).toEqual(at(5000));
    expect(at(5250).floor(Seconds(1), at(300))).toEqual(at(4300));
  });

  test('before zero is brought to the step nearest to zero, as Spark divides', () => {
    expect(at(-1500).floor(Seconds(1))).toEqual(at(-1000));
    expect(at(-500).floor(Seconds(1)).milliseconds).toBe(0);
  });

  test('knows whether it is on a grid', () => {
    expect(at(6000).isMultipleOf(Seconds(2))).toBe(true);
    expect(at(5000).isMultipleOf(Seconds(2))).toBe(false);
  });

  test('counts until an end without it, and to an end with it', () => {
    const times = (list: Time[]): number[] => list.map(Number);
    expect(times(at(1000).until(at(4000), Seconds(1)))).toEqual([1000, 2000, 3000]);
    expect(times(at(1000).to(at(4000), Seconds(1)))).toEqual([1000, 2000, 3000, 4000]);
    expect(times(at(1000).until(at(3500), Seconds(1)))).toEqual([1000, 2000, 3000]);
    expect(times(at(1000).to(at(3500), Seconds(1)))).toEqual([1000, 2000, 3000]);
    expect(times(at(1000).until(at(1000), Seconds(1)))).toEqual([]);
    expect(times(at(1000).to(at(1000), Seconds(1)))).toEqual([1000]);
    expect(times(at(2000).to(at(1000), Seconds(1)))).toEqual([]);
    expect(times(at(3000).until(at(1000), Seconds(-1)))).toEqual([3000, 2000]);
  });

  test('refuses an interval of no length', () => {
    const zero = Seconds(0);
    for (const call of [
      () => at(1).floor(zero),
      () => at(1).isMultipleOf(zero),
      () => at(1).until(at(2), zero),
      () => at(1).to(at(2), zero),
    ]) {
      expect(call).toThrow(expect.objectContaining({ code: 'TIME.ZERO_INTERVAL' }));
    }
  });
});

test('times and durations are keys that are equal by value', () => {
  expect(encodeKey(at(1000))).toBe(encodeKey(at(1000)));
  expect(encodeKey(Seconds(1))).toBe(encodeKey(Milliseconds(1000)));
  expect(new Set([at(1), at(2), ms(1), ms(2), 1, 2].map(encodeKey)).size).toBe(6);
});
