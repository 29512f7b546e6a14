import { Program, type Settings } from './program.ts';

// Programs that once told the engine from the oracle, and such as are drawn too seldom to be left to chance.

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

/** By what they show. */
export const keptPrograms: Readonly<Record<string, Program>> = {
  'a promise as a value of a pair is refused, as one in place of the pair is': new Program(
    [{ batches: [[4, 5]], partitions: 1, form: 'values' }],
    [
      { name: 'map', args: { f: 'keyBy text' }, parents: [0] },
      { name: 'mapValues', args: { f: 'addTen', fails: { on: 4, how: 'promises' } }, parents: [1] },
    ],
    [{ name: 'foreachRDD, collect', args: null, of: 2 }],
    settings,
  ),
  'missed batches wait for the one whose transform is slow': new Program(
    [{ batches: [[1], [2], [3]], partitions: 1, form: 'values' }],
    [
      { name: 'transform', args: { f: 'itself, sooner every time' }, parents: [0] },
      { name: 'union', args: { others: 1 }, parents: [1, 0] },
    ],
    [{ name: 'foreachRDD, collect', args: null, of: 2 }],
    { ...settings, isJumping: true },
  ),
  'what an output throws is told, also where an action it left alone fails': new Program(
    [{ batches: [[1]], partitions: 1, form: 'values' }],
    [{ name: 'map', args: { f: 'addOne', fails: { on: 1, how: 'throws' } }, parents: [0] }],
    [{ name: 'foreachRDD, throws at', args: { second: 1, isLeaving: true }, of: 1 }],
    settings,
  ),
  'a take reads from no shuffle that only partitions behind it need': new Program(
    [{ batches: [[0, 5]], partitions: 1, form: 'values' }],
    [
      { name: 'map', args: { f: 'addOne', fails: { on: 0, how: 'throws' } }, parents: [0] },
      { name: 'count', args: null, parents: [1] },
      { name: 'union', args: { others: 2 }, parents: [0, 2, 0] },
    ],
    [
      { name: 'foreachRDD, take', args: { n: 1 }, of: 3 },
      { name: 'foreachRDD, take', args: { n: 3 }, of: 3 },
      { name: 'foreachRDD, collect', args: null, of: 3 },
    ],
    settings,
  ),
  'a take behind a shuffle need not meet the failure of a key in a partition behind it': new Program(
    [{ batches: [[2, 8, 4]], partitions: 2, form: 'values' }],
    [
      { name: 'map', args: { f: 'keyBy text' }, parents: [0] },
      {
        name: 'reduceByKey',
        args: { merge: { f: 'max', fails: { on: 2, how: 'throws' } }, partitions: 2 },
        parents: [1],
      },
    ],
    [
      { name: 'print', args: { n: 0 }, of: 2 },
      { name: 'foreachRDD, take', args: { n: 2 }, of: 2 },
    ],
    settings,
  ),
  'a take meets a failure behind its rows where whole partitions are kept': new Program(
    [{ batches: [[0, 2]], partitions: 1, form: 'values' }],
    [
      { name: 'flatMap', args: { f: 'twice', fails: { on: 2, how: 'throws' } }, parents: [0] },
      { name: 'cache', args: null, parents: [1] },
    ],
    [{ name: 'print', args: { n: 0 }, of: 2 }],
    settings,
  ),
};
