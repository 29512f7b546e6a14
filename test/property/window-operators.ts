import fc from 'fast-check';
import { type DStream, type Duration, Milliseconds, type Row } from 'firesteel';
import type * as oracle from '../../src/testing/oracle.ts';
import * as ofPairs from '../../src/testing/oracle-pairs.ts';
import * as windows from '../../src/testing/oracle-windows.ts';
import { type Any, alone, first, kept, type Operator, type Shape } from './operator.ts';
import { partitionsOption, showNumber, weight } from './pair-operators.ts';
import { type Call, mergeCall, mergeOf, show } from './row-functions.ts';

// Operators of the grammar that hold batches for some time.

/** How long a window is, and how far it moves, in slides of its parent. */
interface Lengths {
  readonly length: number;
  readonly slide: number | undefined;
}

/** Mostly such as move with their parent: what moves slowly has little to show. */
const slide = fc.oneof(
  { weight: 5, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.constant(2) },
  { weight: 1, arbitrary: fc.constant(3) },
);
const lengths = fc.record({
  length: fc.integer({ min: 1, max: 3 }),
  slide: fc.option(slide, { nil: undefined, freq: 2 }),
});
const lengthsWithSlide = fc.record({ length: fc.integer({ min: 1, max: 3 }), slide });

function moved({ length, slide = 1 }: Lengths, parents: readonly Shape[]): Shape {
  const parent = first(parents);
  return { ...parent, slideMs: parent.slideMs * slide, rowsMax: parent.rowsMax * length };
}

function durations({ length, slide }: Lengths, { node }: DStream<Row>): [Duration, Duration | undefined] {
  return [Milliseconds(length * node.slideMs), slide === undefined ? undefined : Milliseconds(slide * node.slideMs)];
}

function milliseconds({ length, slide = 1 }: Lengths, { slideMs }: oracle.Stream<unknown>): [number, number] {
  return [length * slideMs, slide * slideMs];
}

function showLengths({ length, slide }: Lengths): string {
  return slide === undefined ? `${length} slides` : `${length} slides each ${slide}`;
}

export const window: Operator<Lengths> = {
  name: 'window',
  arbitrary: lengths,
  takes: () => undefined,
  ...alone,
  shape: moved,
  build: (args, parents) => first(parents).window(...durations(args, first(parents))),
  oracle: (args, parents) => windows.window(first(parents), ...milliseconds(args, first(parents))),
  show: showLengths,
};

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;

/** How values are merged: anew each time, or with an inverse, which whole numbers have exactly. */
type Merging = Call | 'add, and subtract';

const merging: fc.Arbitrary<Merging> = fc.oneof(
  { weight: 1, arbitrary: mergeCall },
  { weight: 2, arbitrary: fc.constant('add, and subtract' as const) },
);

function showMerging(merging: Merging): string {
  return merging === 'add, and subtract' ? merging : show(merging);
}

interface Reducing extends Lengths {
  readonly merging: Merging;
}

export const reduceByWindow: Operator<Reducing> = {
  name: 'reduceByWindow',
  arbitrary: fc.tuple(lengthsWithSlide, merging).map(([each, merging]) => ({ ...each, merging })),
  takes: () => 'numbers',
  ...alone,
  shape: (args, parents) => ({ ...moved(args, parents), rowsMax: 1 }),
  build: ({ merging, ...args }, parents) => {
    const [length, slide] = durations(args, first(parents)) as [Duration, Duration];
    if (merging === 'add, and subtract') return first(parents).reduceByWindow(add, subtract, length, slide);
    return first(parents).reduceByWindow(mergeOf(merging), length, slide);
  },
  oracle: ({ merging, ...args }, parents) => {
    const [f, inverse] = merging === 'add, and subtract' ? [add, subtract] : [mergeOf(merging)];
    return windows.reduceByWindow(first(parents), f, ...milliseconds(args, first(parents)), {
      ...(inverse === undefined ? {} : { inverse }),
    });
  },
  show: ({ merging, ...args }) => `${showMerging(merging)}, ${showLengths(args)}`,
};

export const countByWindow: Operator<Lengths> = {
  name: 'countByWindow',
  arbitrary: lengthsWithSlide,
  takes: () => undefined,
  ...alone,
  shape: (args, parents) => ({ ...moved(args, parents), kind: 'numbers', rowsMax: 1 }),
  build: (args, parents) => {
    const [length, slide] = durations(args, first(parents)) as [Duration, Duration];
    return first(parents).countByWindow(length, slide);
  },
  oracle: (args, parents) => windows.countByWindow(first(parents), ...milliseconds(args, first(parents))),
  show: showLengths,
};

interface InPartitions extends Lengths {
  readonly partitions: number | undefined;
}

function inPartitions(each: fc.Arbitrary<Lengths>): fc.Arbitrary<InPartitions> {
  return fc.tuple(each, partitionsOption).map(([lengths, partitions]) => ({ ...lengths, partitions }));
}

function showInPartitions({ partitions, ...args }: InPartitions): string {
  return [showLengths(args), showNumber(partitions)].filter((text) => text !== '').join(', ');
}

export const countByValueAndWindow: Operator<InPartitions> = {
  name: 'countByValueAndWindow',
  arbitrary: inPartitions(lengthsWithSlide),
  takes: () => undefined,
  ...alone,
  shape: (args, parents) => ({ ...moved(args, parents), kind: 'pairs' }),
  build: ({ partitions, ...args }, parents) => {
    const [length, slide] = durations(args, first(parents)) as [Duration, Duration];
    return first(parents).countByValueAndWindow(length, slide, partitions);
  },
  oracle: (args, parents) => windows.countByValueAndWindow(first(parents), ...milliseconds(args, first(parents))),
  show: showInPartitions,
};

export const groupByKeyAndWindow: Operator<InPartitions> = {
  name: 'groupByKeyAndWindow',
  arbitrary: inPartitions(lengths),
  takes: () => 'pairs',
  ...alone,
  shape: moved,
  build: ({ partitions, ...args }, parents) => {
    const [length, slide] = durations(args, first(parents));
    const lists: DStream<[Row, number[]]> = first(parents).groupByKeyAndWindow(length, slide, partitions);
    return lists.mapValues(weight);
  },
  oracle: (args, parents) => {
    const lists = windows.groupByKeyAndWindow<Row, number>(first(parents), ...milliseconds(args, first(parents)));
    return ofPairs.mapValues(lists, weight);
  },
  show: showInPartitions,
};

const pairTests: Readonly<Record<string, (pair: readonly [Row, number]) => boolean>> = {
  'not 0': ([, n]) => n !== 0,
  'above 2': ([, n]) => n > 2,
  'under 2': ([, n]) => n < 2,
  'key is no object': ([key]) => typeof key !== 'object',
  'throws on 4': ([, n]) => {
    if (n === 4) throw new Error('the filter of a window');
    return n !== 0;
  },
};

interface ReducingKeys extends InPartitions {
  readonly merging: Merging;
  /** By its name; only where there is an inverse. */
  readonly filter: string | undefined;
}

export const reduceByKeyAndWindow: Operator<ReducingKeys> = {
  name: 'reduceByKeyAndWindow',
  arbitrary: fc
    .tuple(inPartitions(lengths), merging, fc.option(fc.constantFrom(...Object.keys(pairTests)), { nil: undefined }))
    .map(([each, merging, filter]) => ({
      ...each,
      merging,
      filter: merging === 'add, and subtract' ? filter : undefined,
    })),
  takes: () => 'pairs',
  ...alone,
  // Keys that were seen stay, whether the window has them or not.
  shape: ({ merging, ...args }, parents) => {
    const shape = moved(args, parents);
    return merging === 'add, and subtract' ? { ...shape, rowsMax: kept(parents).rowsMax } : shape;
  },
  build: ({ merging, filter, partitions, ...args }, parents) => {
    const [length, slide] = durations(args, first(parents));
    if (merging !== 'add, and subtract') {
      return first(parents).reduceByKeyAndWindow(mergeOf(merging), length, slide, partitions);
    }
    const test = filter === undefined ? undefined : pairTests[filter];
    return (first(parents) as Any).reduceByKeyAndWindow(add, subtract, length, slide, partitions, test);
  },
  oracle: ({ merging, filter, partitions, ...args }, parents) => {
    const [length, slide] = milliseconds(args, first(parents));
    if (merging !== 'add, and subtract') {
      return windows.reduceByKeyAndWindow(first(parents), mergeOf(merging), length, slide);
    }
    const test = filter === undefined ? {} : { filter: pairTests[filter] as Any };
    return windows.reduceByKeyAndWindow(first(parents), add, length, slide, { inverse: subtract, ...test });
  },
  show: ({ merging, filter, ...args }) => {
    const test = filter === undefined ? '' : `, filter ${filter}`;
    return `${showMerging(merging)}, ${showInPartitions(args)}${test}`;
  },
};
