import { type Input, Program, type Settings } from './program.ts';

// Programs of windows and state that once told the engine from the oracle.

const settings: Settings = {
  seed: 1,
  slots: 2,
  parallelism: undefined,
  concurrentJobs: 1,
  codegen: true,
  isJumping: false,
  pendingMax: undefined,
  stall: undefined,
  isSliced: false,
};

function values(...batches: Input['batches']): Input {
  return { batches, partitions: 2, form: 'values' };
}

const keyed = (parent: number) => ({ name: 'map', args: { f: 'keyBy text' }, parents: [parent] }) as const;
const collected = (of: number) => ({ name: 'foreachRDD, collect', args: null, of }) as const;
const moved = { length: 2, slide: 1, partitions: undefined, merging: 'add, and subtract', filter: undefined } as const;
const anew = { ...moved, merging: { f: 'add' } } as const;
const grouped = { length: 2, slide: 1, partitions: 3 } as const;

/** By what they show. */
export const keptStatePrograms: Readonly<Record<string, Program>> = {
  'an action while a batch is planned reads the state of that batch': new Program(
    [values([1, 2], [3], [])],
    [
      keyed(0),
      {
        name: 'updateStateByKey',
        args: { f: 'sum', fails: undefined, form: 'values', initial: undefined, partitions: 2 },
        parents: [1],
      },
      { name: 'transformWith', args: 'the other, if it has rows, a turn later', parents: [2, 2] },
    ],
    [collected(3)],
    settings,
  ),
  'a window with an inverse does not get over a batch that is refused for ever': new Program(
    [values('throws', [7], [4, 8], [2, 7], [0], [5])],
    [{ name: 'countByWindow', args: { length: 3, slide: 2 }, parents: [0] }],
    [collected(1)],
    settings,
  ),
  'a window without an inverse is whole again when a refused batch has left it': new Program(
    [values(null, [8, 6], [5, 8], [9])],
    [
      { name: 'transform', args: { f: 'the RDD itself' }, parents: [0] },
      keyed(1),
      { name: 'groupByKeyAndWindow', args: { length: 3, slide: 2, partitions: 3 }, parents: [2] },
    ],
    [collected(3)],
    settings,
  ),
  'a batch that another output refuses lets go of no version that a window needs': new Program(
    [values([3, 7], [], [8, 3])],
    [
      { name: 'countByValueAndWindow', args: grouped, parents: [0] },
      { name: 'groupByKeyAndWindow', args: grouped, parents: [1] },
      { name: 'groupByKeyAndWindow', args: { ...grouped, length: 3 }, parents: [2] },
      { name: 'transformWith', args: 'throws at 2000 ms', parents: [3, 1] },
    ],
    [collected(2), collected(3), collected(4)],
    settings,
  ),
  'state over state that does not get over a batch fails with what failed there': new Program(
    [values([2], [3], [4], [5], [6])],
    [
      keyed(0),
      {
        name: 'stateSnapshots',
        args: {
          f: 'count',
          fails: { on: 3, how: 'throws' },
          hasTime: false,
          timeoutMs: undefined,
          initial: undefined,
          partitions: 1,
        },
        parents: [1],
      },
      {
        name: 'mapWithState, with snapshots',
        args: {
          f: 'sum',
          fails: undefined,
          hasTime: true,
          timeoutMs: 1500,
          initial: undefined,
          partitions: undefined,
        },
        parents: [2],
      },
    ],
    [collected(3), { name: 'foreachRDD, failure caught', args: null, of: 3 }],
    { ...settings, concurrentJobs: 3 },
  ),
  'a window behind a window is refused with it, and whole again after it': new Program(
    [values('throws', [-1, -2, 6], [6, 0], [4, 4], [3], [2])],
    [
      { name: 'reduceByWindow', args: { length: 2, slide: 1, merging: { f: 'add' } }, parents: [0] },
      keyed(1),
      { name: 'reduceByKeyAndWindow', args: { ...anew, length: 3 }, parents: [2] },
    ],
    [collected(1), collected(3)],
    { ...settings, isJumping: true },
  ),
  'a window asks again for a batch that its parent could not make, and takes nothing for empty': new Program(
    [values([3], [5, 3], [], 'throws', [0, 6], [2, 5, 7])],
    [
      keyed(0),
      { name: 'groupByKeyAndWindow', args: grouped, parents: [1] },
      { name: 'rightOuterJoin', args: 4, parents: [1, 2] },
      { name: 'window', args: { length: 2, slide: undefined }, parents: [3] },
    ],
    [collected(4)],
    settings,
  ),
  'sums behind a join with a window are refused for as long as one of their batches is': new Program(
    [values([6, 3], null, [7], [], [8])],
    [
      keyed(0),
      { name: 'join', args: 3, parents: [1, 1] },
      { name: 'groupByKeyAndWindow', args: grouped, parents: [2] },
      { name: 'join', args: 4, parents: [3, 1] },
      { name: 'reduceByKeyAndWindow', args: { ...moved, length: 3, partitions: 4, filter: 'not 0' }, parents: [4] },
      { name: 'count', args: null, parents: [5] },
    ],
    [{ name: 'foreachRDD, failure caught', args: null, of: 3 }, collected(6)],
    settings,
  ),
  'two steps of state that is written anew, applied in one go, leave nothing of the first behind': new Program(
    [values([1, 2], [3], [])],
    [
      keyed(0),
      {
        name: 'updateStateByKey',
        args: { f: 'sum', fails: undefined, form: 'iterator, other keys', initial: undefined, partitions: 3 },
        parents: [1],
      },
      { name: 'transform', args: { f: 'no RDD once', atMs: 1000 }, parents: [2] },
    ],
    [collected(2), collected(3)],
    settings,
  ),
};
