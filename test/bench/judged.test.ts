import { describe, expect, test } from 'vitest';
import { counted, isComplete, judge, type Measure, type Turn } from '../../bench/spark/judged.ts';

const turn = (spark: number, firesteel: number, others: number | null = 0): Turn => ({
  spark: { values: { value: spark }, coresOfOthers: 0.01 },
  firesteel: { values: { value: firesteel }, coresOfOthers: others },
});
const alone = (firesteel: number): Turn => ({ firesteel: { values: { value: firesteel }, coresOfOthers: 0 } });

const measure = (more: Partial<Measure>): Measure => ({
  name: 'throughput',
  unit: 'M lines/s',
  value: 'value',
  better: 'more',
  ...more,
});

describe('the turns that count', () => {
  test('are the quiet ones, once there are enough', () => {
    const turns = [turn(1, 1, 0.9), turn(1, 2, 0.2), turn(1, 3, 0.1)];
    expect(isComplete(turns, 2)).toBe(true);
    expect(counted(turns, 2)).toEqual({ turns: turns.slice(1), isNoisy: false });
  });

  test('are too few while others disturb them', () => {
    expect(isComplete([turn(1, 1, 0.21), turn(1, 2, 0.1)], 2)).toBe(false);
  });

  test('are the least disturbed when five times as many were not quiet', () => {
    const turns = [0.9, 0.3, 0.8, 0.25, 0.7, 0.6, 0.5, 0.4, 1, 1.1].map((others) => turn(1, 1, others));
    expect(isComplete(turns.slice(1), 2)).toBe(false);
    expect(isComplete(turns, 2)).toBe(true);
    expect(counted(turns, 2)).toEqual({ turns: [turns[1], turns[3]], isNoisy: true });
  });

  test('are all of them where the machine does not say what others used', () => {
    const turns = [alone(1), alone(2)].map(({ firesteel }) => ({ firesteel: { ...firesteel, coresOfOthers: null } }));
    expect(isComplete(turns, 2)).toBe(true);
    expect(counted(turns, 2).isNoisy).toBe(false);
  });

  test('are disturbed when one of both was', () => {
    const turns: Turn[] = [{ ...turn(1, 1, 0), spark: { values: {}, coresOfOthers: 0.5 } }];
    expect(isComplete(turns, 1)).toBe(false);
  });
});

describe('a measure', () => {
  const turns = [turn(1, 2), turn(2, 3), turn(4, 3)];

  test('of quiet turns goes by the medians', () => {
    expect(judge(measure({ timesSpark: { must: 1.5, aim: 2 } }), turns, false)).toMatchObject({
      spark: { median: 2, lowerQuartile: 1.5, upperQuartile: 3 },
      firesteel: { median: 3, lowerQuartile: 2.5, upperQuartile: 3 },
      times: 1.5,
      verdict: 'kept',
    });
  });

  test('of noisy turns goes by the ratios of its pairs', () => {
    const noisy = [turn(1, 3), turn(2, 2), turn(4, 8)];
    expect(judge(measure({}), noisy, true).times).toBe(2);
    expect(judge(measure({}), noisy, false).times).toBe(1.5);
  });

  test('that is better when it is less is turned round', () => {
    expect(judge(measure({ better: 'less', timesSpark: { must: 2 } }), [turn(300, 100)], false)).toMatchObject({
      times: 3,
      verdict: 'kept',
    });
  });

  test.each([
    [1.09, 'missed'],
    [1.1, 'kept'],
    [1.3, 'aim'],
  ])('%d times as fast as Spark is %s, where 1.1 is promised and 1.3 is the aim', (times, verdict) => {
    const judged = judge(measure({ timesSpark: { must: 1.1, aim: 1.3 } }), [turn(1, times)], false);
    expect(judged.verdict).toBe(verdict);
  });

  test.each([
    [1.1, 'missed'],
    [1, 'kept'],
    [0.3, 'aim'],
  ])('of firesteel alone, %d ms, is %s, where 1 is promised and 0.3 is the aim', (ms, verdict) => {
    const judged = judge(measure({ better: 'less', reach: { must: 1, aim: 0.3 } }), [alone(ms)], false);
    expect(judged).toMatchObject({ spark: undefined, times: undefined, verdict });
  });

  test('that is a difference is not compared, since it may be next to nothing', () => {
    expect(judge(measure({ isDifference: true }), [turn(300, 0.01)], false).times).toBeUndefined();
  });

  test('that one of both did not say is not compared', () => {
    const said: Turn = { ...turn(1, 1), firesteel: { values: {}, coresOfOthers: 0 } };
    expect(judge(measure({ timesSpark: { must: 1 } }), [said], true)).toMatchObject({
      spark: { median: 1 },
      firesteel: undefined,
      times: undefined,
      verdict: undefined,
    });
  });
});
