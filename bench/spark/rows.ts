import type { FormName } from '../functions.ts';
import { type DataFacts, type DataScale, wordsOfLine } from './data.ts';
import type { Measure } from './judged.ts';
import { hasState } from './programs.ts';

/** A row of the comparison with Spark. */
export interface SparkRow {
  readonly name: string;
  readonly title: string;
  /** Turns that have to be quiet. */
  readonly turns: number;
  /** How its processes are run: batch after batch, with a server beside them, or for their first moments. */
  readonly kind: 'batches' | 'socket' | 'startup';
  /** Lines a second that the server offers; 0 for as many as are taken. */
  readonly offered?: number;
  /** What the processes are told; undefined where Spark has no part in the row. */
  readonly spark: readonly string[] | undefined;
  readonly firesteel: readonly string[];
  /** What the check of both must be, where it can be known beforehand. */
  readonly expected?: readonly number[];
  readonly measures: readonly Measure[];
}

/** How much is measured. */
export interface SparkScale {
  readonly data: DataScale;
  /** Every number of turns and batches is divided by this. */
  readonly divide: number;
}

export const fullSparkScale: SparkScale = {
  data: { files: 10, lines: 1_000_000, keys: [100_000, 1_000_000], updates: 200_000 },
  divide: 1,
};
export const quickSparkScale: SparkScale = {
  data: { files: 10, lines: 10_000, keys: [1_000, 10_000], updates: 2_000 },
  divide: 5,
};

/** All rows, in the order of the page. */
export function sparkRows(scale: SparkScale, folder: string, facts: DataFacts): readonly SparkRow[] {
  const world = { scale, folder, facts };
  const [few = 0, many = 0] = scale.data.keys;
  return [
    ...textRows(world),
    ...stateRows(world, 'updateState', few, { must: 2, aim: 4 }),
    ...stateRows(world, 'updateState', many, { must: 2, aim: 4 }),
    ...stateRows(world, 'mapWithState', few, { must: 5, aim: 10 }),
    ...stateRows(world, 'mapWithState', many, { must: 1.3, aim: 2 }),
    floorRow(world),
    startupRow(world),
    eventLoopRow(world),
    ...socketRows(world),
  ];
}

interface World {
  readonly scale: SparkScale;
  readonly folder: string;
  readonly facts: DataFacts;
}

function textRows(world: World): readonly SparkRow[] {
  const { facts } = world;
  const { lines, files } = facts.scale;
  const wordCount = { program: 'wordcount', warm: 2, batches: 10, turns: 3 };
  const grep = { program: 'grep', warm: 10, batches: 30, turns: 3 };
  const topk = {
    form: 'described' as const,
    warm: 10,
    batches: 6,
    turns: 3,
    ...(files === 10 && { expected: topOf(facts) }),
  };
  const last = lastFile(world, wordCount);
  const counts = [last?.distinct ?? 0, lines * wordsOfLine, last?.topCount ?? 0];
  const matches = [lastFile(world, grep)?.matches ?? 0];
  const peak: Measure = { ...peakMemory, reach: { must: 350 } };
  const lineRow = (row: TextRow): SparkRow => textRow(world, row);
  return [
    lineRow({
      ...wordCount,
      title: 'Word count, plain closures',
      throughput: { must: 1.1, aim: 1.3 },
      expected: counts,
      more: [peak],
    }),
    ...(['recognised', 'described'] as const).map((form) =>
      lineRow({
        ...wordCount,
        form,
        title: `Word count, ${form === 'described' ? 'described functions' : 'recognised closures'}`,
        throughput: { must: 2, aim: 3 },
        expected: counts,
        more: [peak],
      }),
    ),
    lineRow({ ...grep, title: 'Grep, plain closures', throughput: { must: 0.6, aim: 1 }, expected: matches }),
    lineRow({
      ...grep,
      form: 'described',
      title: 'Grep, described functions',
      throughput: { must: 0.6, aim: 1 },
      expected: matches,
    }),
    lineRow({
      ...topk,
      program: 'topk',
      title: 'The 10 commonest words of 10 batches, without inverse',
      throughput: { must: 1.8, aim: 3 },
    }),
    lineRow({
      ...topk,
      program: 'topk-inverse',
      title: 'The 10 commonest words of 10 batches, with inverse',
      throughput: { must: 2.2, aim: 3 },
    }),
  ];
}

interface TextRow {
  readonly program: string;
  readonly form?: FormName;
  readonly title: string;
  readonly warm: number;
  readonly batches: number;
  readonly turns: number;
  readonly throughput: { readonly must: number; readonly aim: number };
  readonly expected?: readonly number[];
  readonly more?: readonly Measure[];
}

function textRow({ scale, folder, facts }: World, row: TextRow): SparkRow {
  const { program, form = 'closures', title, warm, batches, turns, throughput, expected, more = [] } = row;
  const shared = [
    `dir=${folder}/text`,
    `pattern=${facts.pattern}`,
    `warm=${warm}`,
    `batches=${batches}`,
    `records=${scale.data.lines}`,
  ];
  return {
    name: form === 'closures' ? program : `${program}-${form}`,
    title: `${title}, ${scale.data.lines.toLocaleString('en')} lines a batch`,
    turns: turnsOf(scale, turns),
    kind: 'batches',
    spark: [program, ...shared],
    firesteel: [program, ...shared, `form=${form}`, ...(hasState(program) ? ['time=sealed'] : [])],
    ...(expected !== undefined && { expected }),
    measures: [{ ...linesASecond, timesSpark: throughput }, batchP50, cpuSeconds, ...more],
  };
}

function turnsOf({ divide }: SparkScale, turns: number): number {
  return Math.max(1, Math.round(turns / divide));
}

/** The file that the batch behind the counted ones reads. */
function lastFile({ facts }: World, { warm, batches }: { readonly warm: number; readonly batches: number }) {
  return facts.text[(warm + batches) % facts.scale.files];
}

/** The commonest words in a window over every file; how often all ten of them are there is not known beforehand. */
function topOf({ text }: DataFacts): readonly number[] {
  return [10, text.reduce((sum, { topCount }) => sum + topCount, 0)];
}

type StateProgram = 'updateState' | 'mapWithState';

function stateRows(
  { scale, folder }: World,
  program: StateProgram,
  keys: number,
  timesSpark: { readonly must: number; readonly aim: number },
): readonly SparkRow[] {
  const { updates } = scale.data;
  const [warm, batches] = [11, 20];
  const shared = [`dir=${folder}/keys-${keys}`, `warm=${warm}`, `batches=${batches}`, `records=${updates}`];
  const names = { updateState: 'updateStateByKey', mapWithState: 'mapWithState' };
  const count = updates.toLocaleString('en');
  const sum = keys + updates * (warm + batches);
  return [
    {
      name: `${program}-${keys >= 1_000_000 ? `${keys / 1_000_000}m` : `${keys / 1000}k`}`,
      title: `${names[program]}, ${keys.toLocaleString('en')} keys, ${count} updates a batch, made safe`,
      turns: turnsOf(scale, 3),
      kind: 'batches',
      spark: [program, ...shared, 'interval=200'],
      // Its batches come so fast that one follows the other: what is between them is measured too.
      firesteel: [program, ...shared, 'interval=10', 'time=sealed'],
      expected: program === 'updateState' ? [keys, sum] : [updates],
      measures: [
        { ...batchMean, timesSpark },
        batchP50,
        { name: 'a batch with a checkpoint, p50', unit: 'ms', value: 'checkpointBatchMsP50', better: 'less' },
        cpuSeconds,
        peakMemory,
      ],
    },
  ];
}

function floorRow({ scale }: World): SparkRow {
  const count = (batches: number): number => batches / scale.divide;
  return {
    name: 'floor',
    title: 'One record a batch: Spark every 20 ms, firesteel every 5 ms',
    turns: turnsOf(scale, 3),
    kind: 'batches',
    spark: ['floor', 'interval=20', `warm=${count(1000)}`, `batches=${count(500)}`, 'records=1'],
    firesteel: ['floor', 'interval=5', `warm=${count(1000)}`, `batches=${count(2000)}`, 'records=1', 'time=planned'],
    expected: [1, 1, 1],
    measures: [
      { ...batchP50, reach: { must: 1, aim: 0.3 } },
      { name: 'a batch, p99', unit: 'ms', value: 'batchMsP99', better: 'less', reach: { must: 3 } },
      { ...growing, reach: { must: 1 } },
      cpuSeconds,
    ],
  };
}

function startupRow({ scale }: World): SparkRow {
  return {
    name: 'startup',
    title: 'The first program of every book: how soon it prints, and what it holds when nothing comes',
    turns: turnsOf(scale, 3),
    kind: 'startup',
    spark: ['network'],
    firesteel: [],
    measures: [
      {
        name: 'launch until start() returned, and first beat until its header',
        unit: 'ms',
        value: 'readyMs',
        better: 'less',
        reach: { must: 250 },
      },
      { name: 'launch until start() returned', unit: 'ms', value: 'startedMs', better: 'less' },
      { name: 'first beat until its header', unit: 'ms', value: 'headerMs', better: 'less' },
      { name: 'resident memory, idle', unit: 'MiB', value: 'idleMiB', better: 'less', reach: { must: 80 } },
    ],
  };
}

function eventLoopRow({ scale, folder }: World): SparkRow {
  const shared = [`dir=${folder}/text`, 'warm=2', 'batches=6', `records=${scale.data.lines}`];
  return {
    name: 'event-loop',
    title: 'The event loop of the host, while it counts words',
    turns: turnsOf(scale, 3),
    kind: 'batches',
    spark: undefined,
    firesteel: ['wordcount', ...shared, 'loop=yes'],
    measures: [
      {
        name: 'delay of a timer of 1 ms, p99',
        unit: 'ms',
        value: 'loopMsP99',
        better: 'less',
        reach: { must: 20, aim: 10 },
      },
      { name: 'delay of a timer of 1 ms, longest', unit: 'ms', value: 'loopMsMax', better: 'less' },
    ],
  };
}

function socketRows({ scale }: World): readonly SparkRow[] {
  const seconds = Math.round(25 / scale.divide);
  const told = ['socket', 'interval=1000', `warm=${Math.round(8 / scale.divide)}`, `seconds=${seconds}`];
  const row = (
    name: string,
    title: string,
    offered: number,
    form: FormName,
    measures: readonly Measure[],
  ): SparkRow => ({
    name,
    title,
    turns: turnsOf(scale, 2),
    kind: 'socket',
    offered,
    spark: told,
    firesteel: [...told, `form=${form}`],
    measures,
  });
  const held = (offered: number): readonly Measure[] => [
    { ...taken, reach: { must: (0.98 * offered) / 1e6 } },
    { ...growing, reach: { must: 200 } },
    batchP50,
    cpuSeconds,
    peakMemory,
  ];
  const title = 'Word count from a socket, batches of 1 s';
  return [
    row('socket', `${title}, 500,000 lines a second, plain closures`, 500_000, 'closures', held(500_000)),
    row('socket-described', `${title}, 800,000 lines a second, described`, 800_000, 'described', held(800_000)),
    row('socket-unlimited', `${title}, as many as are taken`, 0, 'closures', [
      taken,
      {
        name: 'memory, last third / middle third',
        unit: '×',
        value: 'memoryGrowth',
        better: 'less',
        reach: { must: 1.1 },
      },
      peakMemory,
    ]),
  ];
}

const linesASecond: Measure = { name: 'throughput', unit: 'M lines/s', value: 'throughput', better: 'more' };
const taken: Measure = { name: 'lines taken in', unit: 'M lines/s', value: 'taken', better: 'more' };
const batchMean: Measure = { name: 'a batch, mean', unit: 'ms', value: 'batchMs', better: 'less' };
const batchP50: Measure = { name: 'a batch, p50', unit: 'ms', value: 'batchMsP50', better: 'less' };
const cpuSeconds: Measure = { name: 'processor, all batches', unit: 's', value: 'cpuSeconds', better: 'less' };
const peakMemory: Measure = { name: 'resident memory, peak', unit: 'MiB', value: 'peakMiB', better: 'less' };
const growing: Measure = {
  name: 'delay, last fifth less the first',
  unit: 'ms',
  value: 'growingMs',
  better: 'less',
  isDifference: true,
};
