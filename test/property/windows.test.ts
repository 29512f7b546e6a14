import fc from 'fast-check';
import { type DStream, type Duration, defineOp, Milliseconds, type RDD, type Row } from 'firesteel';
import { test } from 'vitest';
import { anyWorld, checkSame, type Look, looksAt, runsOf, type World } from './look.ts';

// The laws of windows, each by its name: two ways to write a stream that come to the same, or a window and plain lists.

type Numbers = DStream<number>;
type Pairs = DStream<[number, number]>;

/** How long a window is and how far it moves, in batches. */
interface Lengths {
  readonly length: number;
  readonly slide: number;
}

const anyLengths = fc.record({
  length: fc.integer({ min: 1, max: 4 }),
  slide: fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 3 })),
});
const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;
const isNotNeutral = ([, n]: [number, number]): boolean => n !== 0;
const seconds = (n: number): Duration => Milliseconds(n * 1000);
const keyed = (stream: Numbers): Pairs => stream.map((n) => [((n % 3) + 3) % 3, n]);

type Side = (window: Window, a: Numbers, b: Numbers) => DStream<Row>;

/** A window of the length and slide that were drawn, in every form. */
class Window {
  readonly length: Duration;
  readonly slide: Duration;

  constructor({ length, slide }: Lengths) {
    this.length = seconds(length);
    this.slide = seconds(slide);
  }

  of<T extends Row>(stream: DStream<T>): DStream<T> {
    return stream.window(this.length, this.slide);
  }

  sums(stream: Pairs): Pairs {
    return stream.reduceByKeyAndWindow(add, this.length, this.slide);
  }

  movedSums(stream: Pairs, filter?: (pair: [number, number]) => boolean): Pairs {
    return stream.reduceByKeyAndWindow(add, subtract, this.length, this.slide, 2, filter);
  }
}

/** @param how whether the order of rows is part of the law */
function law(
  name: string,
  how: 'in order' | 'in any order',
  left: Side,
  right: Side,
  world: fc.Arbitrary<World> = anyWorld({ inputs: 2 }),
): void {
  test(name, async () => {
    await fc.assert(
      fc.asyncProperty(world, anyLengths, async (drawn, lengths) => {
        const window = new Window(lengths);
        const [lefts = [], rights = []] = await looksAt(
          ([a, b]) => [left, right].map((side) => side(window, a as Numbers, b as Numbers)),
          drawn,
        );
        checkSame(lefts, rights, how);
      }),
      { numRuns: runsOf() },
    );
  });
}

/** @param right what the windows must hold, from the batches in each, and those in all up to it */
function lawOfLists(
  name: string,
  left: (window: Window, a: Numbers) => DStream<Row>,
  right: (held: readonly number[], before: readonly number[]) => readonly Row[],
): void {
  test(name, async () => {
    await fc.assert(
      fc.asyncProperty(anyWorld(), anyLengths, async (drawn, { length, slide }) => {
        const [batches = []] = drawn.inputs;
        const [looks = []] = await looksAt(([a]) => [left(new Window({ length, slide }), a as Numbers)], drawn);
        const before: number[] = [];
        const expected: Look[] = [];
        for (let end = slide; end <= batches.length; end += slide) {
          const held = batches.slice(Math.max(0, end - length), end).flatMap((batch) => batch ?? []);
          before.push(...held);
          expected.push({ timeMs: end * 1000, rows: right(held, before) });
        }
        checkSame(looks, expected, 'in any order');
      }),
      { numRuns: runsOf() },
    );
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce(add, 0);
const keysOf = (numbers: readonly number[]): readonly number[] => [...new Set(numbers.map((n) => ((n % 3) + 3) % 3))];
const ofKey = (key: number, numbers: readonly number[]): readonly number[] =>
  numbers.filter((n) => ((n % 3) + 3) % 3 === key);

lawOfLists(
  'a window is the union of its batches',
  (window, a) => window.of(a),
  (held) => held,
);
lawOfLists(
  'reduceByKeyAndWindow has a row for each key in the window',
  (window, a) => window.sums(keyed(a)),
  (held) => keysOf(held).map((key) => [key, sum(ofKey(key, held))]),
);
lawOfLists(
  'with an inverse a key that was in any window stays, with what is neutral when it is in none',
  (window, a) => window.movedSums(keyed(a)),
  (held, before) => keysOf(before).map((key) => [key, sum(ofKey(key, held))]),
);
lawOfLists(
  'with an inverse a filter decides what is shown, not what is kept',
  (window, a) => window.movedSums(keyed(a), ([, n]) => n > 4),
  (held) =>
    keysOf(held)
      .map((key): [number, number] => [key, sum(ofKey(key, held))])
      .filter(([, n]) => n > 4),
);
lawOfLists(
  'countByWindow counts nothing before the first row ever, and every window afterwards, 0 too',
  (window, a) => a.countByWindow(window.length, window.slide),
  (held, before) => (before.length === 0 ? [] : [held.length]),
);
lawOfLists(
  'reduceByWindow with an inverse gives nothing before the first row ever, and something for every window afterwards',
  (window, a) => a.reduceByWindow(add, subtract, window.length, window.slide),
  (held, before) => (before.length === 0 ? [] : [sum(held)]),
);
lawOfLists(
  'reduceByWindow without an inverse gives nothing for an empty window',
  (window, a) => a.reduceByWindow(add, window.length, window.slide),
  (held) => (held.length === 0 ? [] : [sum(held)]),
);

law(
  'moved with an inverse is recomputed, exactly where the filter drops what is neutral and nothing else is',
  'in any order',
  (window, a) => window.movedSums(keyed(a), isNotNeutral),
  (window, a) => window.sums(keyed(a)),
  anyWorld({ inputs: 2, from: 1 }),
);
law(
  'moved with an inverse is recomputed, once what is neutral is taken out of both',
  'in any order',
  (window, a) => window.movedSums(keyed(a)).filter(isNotNeutral),
  (window, a) => window.sums(keyed(a)).filter(isNotNeutral),
);
law(
  'countByValueAndWindow is countByValue of the window',
  'in any order',
  (window, a) => a.countByValueAndWindow(window.length, window.slide),
  (window, a) => window.of(a).countByValue(),
);
law(
  'countByWindow is count of the window, but for zeros',
  'in order',
  (window, a) => a.countByWindow(window.length, window.slide).filter((n) => n > 0),
  (window, a) =>
    window
      .of(a)
      .count()
      .filter((n) => n > 0),
);
law(
  'reduceByWindow is reduce of the window',
  'in order',
  (window, a) => a.reduceByWindow(add, window.length, window.slide),
  (window, a) => window.of(a).reduce(add),
);
law(
  'reduceByKeyAndWindow is reduceByKey of the window',
  'in any order',
  (window, a) => window.sums(keyed(a)),
  (window, a) => window.of(keyed(a)).reduceByKey(add),
);
law(
  'groupByKeyAndWindow is groupByKey of the window, the values in any order',
  'in any order',
  (window, a) => keyed(a).groupByKeyAndWindow(window.length, window.slide).mapValues(sorted),
  (window, a) => window.of(keyed(a)).groupByKey().mapValues(sorted),
);
law(
  'groupByKeyAndWindow has the values of earlier batches first',
  'in any order',
  (window, a) => withTimes(a).groupByKeyAndWindow(window.length, window.slide),
  (window, a) => withTimes(a).groupByKeyAndWindow(window.length, window.slide).mapValues(sorted),
  anyWorld({ inputs: 2, withoutRDD: false }),
);

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

/** Keys with the time of their batch. */
function withTimes(stream: Numbers): Pairs {
  return keyed(stream).transform((rdd, time) => rdd.mapValues(() => time.milliseconds));
}

/** Only the outputs at multiples of the slide of a window. */
function everySlide<T extends Row>(window: Window, stream: DStream<T>): DStream<T> {
  const slideMs = window.slide.milliseconds;
  return stream.via(
    defineOp({ name: 'everySlide', code: [], slideMs, plan: (batch): RDD<T> => batch.input() as RDD<T> }),
  );
}

law(
  'a window that moves by k is every k-th of one that moves by 1',
  'in order',
  (window, a) => window.of(a),
  (window, a) => everySlide(window, a.window(window.length, seconds(1))),
);
law(
  'sums of a window that moves by k are every k-th of those that move by 1',
  'in any order',
  (window, a) => window.sums(keyed(a)),
  (window, a) => everySlide(window, keyed(a).reduceByKeyAndWindow(add, window.length, seconds(1))),
);
law(
  'sums moved by k are every k-th of those moved by 1, but for what is neutral',
  'in any order',
  (window, a) => window.movedSums(keyed(a), isNotNeutral),
  (window, a) =>
    everySlide(window, keyed(a).reduceByKeyAndWindow(add, subtract, window.length, seconds(1), 3, isNotNeutral)),
);
law(
  'a window of windows that do not overlap is one long window',
  'in order',
  (window, a) => a.window(window.slide, window.slide).window(times(3, window.slide), times(2, window.slide)),
  (window, a) => a.window(times(3, window.slide), times(2, window.slide)),
);
law(
  'a window of a window of the batch alone is that window',
  'in order',
  (window, a) => window.of(a.window(seconds(1))),
  (window, a) => window.of(a),
);
law(
  'windows of windows may change places, but for the order of rows',
  'in any order',
  (window, a) => everySlide(window, a.window(window.length).window(seconds(2))),
  (window, a) => everySlide(window, a.window(seconds(2)).window(window.length)),
);

function times(n: number, { milliseconds }: Duration): Duration {
  return Milliseconds(n * milliseconds);
}

law(
  'window(map(a)) equals map(window(a))',
  'in order',
  (window, a) => window.of(a.map((n) => n * 3 + 1)),
  (window, a) => window.of(a).map((n) => n * 3 + 1),
);
law(
  'window(filter(a)) equals filter(window(a))',
  'in order',
  (window, a) => window.of(a.filter((n) => n > 2)),
  (window, a) => window.of(a).filter((n) => n > 2),
);
law(
  'window(flatMap(a)) equals flatMap(window(a))',
  'in order',
  (window, a) => window.of(a.flatMap((n) => [n, -n])),
  (window, a) => window.of(a).flatMap((n) => [n, -n]),
);
law(
  'window(union(a, b)) equals union(window(a), window(b)), but for the order of rows',
  'in any order',
  (window, a, b) => window.of(a.union(b)),
  (window, a, b) => window.of(a).union(window.of(b)),
  anyWorld({ inputs: 2, withoutRDD: false }),
);
law(
  'the union of the sums of two windows, summed, is the sums of the window of their union',
  'in any order',
  (window, a, b) =>
    window
      .sums(keyed(a))
      .union(window.movedSums(keyed(b), isNotNeutral))
      .reduceByKey(add),
  (window, a, b) => window.sums(keyed(a).union(keyed(b))),
  anyWorld({ inputs: 2, from: 1, withoutRDD: false }),
);
law(
  'the join of windows of different lengths is its own mirror',
  'in any order',
  (window, a, b) => window.of(keyed(a)).join(keyed(b).window(times(2, window.slide), window.slide)),
  (window, a, b) =>
    keyed(b)
      .window(times(2, window.slide), window.slide)
      .join(window.of(keyed(a)))
      .mapValues(([right, left]) => [left, right]),
);
law(
  'leftOuterJoin of sums in windows is the mirror of rightOuterJoin',
  'in any order',
  (window, a, b) => window.sums(keyed(a)).leftOuterJoin(window.movedSums(keyed(b))),
  (window, a, b) =>
    window
      .movedSums(keyed(b))
      .rightOuterJoin(window.sums(keyed(a)))
      .mapValues(([right, left]) => [left, right]),
);
law(
  'how many partitions there are changes no row',
  'in any order',
  (window, a) =>
    keyed(a)
      .reduceByKeyAndWindow(add, subtract, window.length, window.slide, 1)
      .join(keyed(a).reduceByKeyAndWindow(add, window.length, window.slide, 4))
      .mapValues(([moved, anew]) => moved * 1000 + anew),
  (window, a) =>
    window
      .movedSums(keyed(a))
      .join(window.sums(keyed(a)), 3)
      .mapValues(([moved, anew]) => moved * 1000 + anew),
);
