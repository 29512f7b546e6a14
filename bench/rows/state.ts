import { type DStream, type State, StateSpec } from 'firesteel';
import { collectGarbage, type Figure, figure, inTurns, Meter, ratios, type Scale } from '../harness.ts';
import { SteppedStream } from '../stepped-stream.ts';

export const title = 'State of many keys, 200,000 updates a batch, beside a Map in a loop';

type Counts = [string, number];

/** A sum for each key: updateStateByKey and mapWithState, and the same by hand. */
export async function measure({ keys, pairs }: Scale): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const count of [keys / 10, keys]) {
    figures.push(...(await pair('updateStateByKey', count, pairs, updateStateByKey, updateByHand)));
    figures.push(...(await pair('mapWithState', count, pairs, mapWithState, mapByHand)));
  }
  figures.push(...(await idle(keys, pairs)));
  return figures;
}

/** New texts each time, as they come from outside: nobody has hashed them before. */
function updates(keys: number, count: number, round: number): Counts[] {
  const step = 7_919; // A prime: all keys have their turn, in no order of the table.
  return Array.from({ length: count }, (_, i) => [keyOf(((i + round * count) * step) % keys), 1]);
}

function keyOf(n: number): string {
  return Buffer.from(`user-${n}`).toString('latin1');
}

function updateStateByKey(input: DStream<Counts>): void {
  input
    .updateStateByKey((ones: number[], sum: number | undefined) => ones.reduce((a, b) => a + b, sum ?? 0))
    .foreachRDD(async (rdd) => void (await rdd.count()));
}

function mapWithState(input: DStream<Counts>): void {
  const spec = StateSpec.function((key: string, one: number | undefined, sum: State<number>): Counts => {
    const next = (sum.getOption() ?? 0) + (one ?? 0);
    sum.update(next);
    return [key, next];
  });
  input.mapWithState(spec).foreachRDD(async (rdd) => void (await rdd.count()));
}

function updateByHand(state: Map<string, number>, rows: readonly Counts[]): number {
  const values = new Map<string, number[]>();
  for (const [key, one] of rows) {
    const list = values.get(key);
    if (list === undefined) values.set(key, [one]);
    else list.push(one);
  }
  const none: number[] = [];
  for (const [key, sum] of state)
    state.set(
      key,
      (values.get(key) ?? none).reduce((a, b) => a + b, sum),
    );
  for (const [key, ones] of values)
    if (!state.has(key))
      state.set(
        key,
        ones.reduce((a, b) => a + b, 0),
      );
  return [...state].length;
}

function mapByHand(state: Map<string, number>, rows: readonly Counts[]): number {
  const mapped: Counts[] = [];
  for (const [key, one] of rows) {
    const next = (state.get(key) ?? 0) + one;
    state.set(key, next);
    mapped.push([key, next]);
  }
  return mapped.length;
}

async function pair(
  name: string,
  keys: number,
  rounds: number,
  program: (input: DStream<Counts>) => void,
  byHand: (state: Map<string, number>, rows: readonly Counts[]) => number,
): Promise<readonly Figure[]> {
  const count = keys >= 100_000 ? 200_000 : keys / 5;
  const stream = new SteppedStream<Counts>(program);
  const state = new Map<string, number>();
  await stream.batch(stream.rows(updates(keys, keys, 0)));
  byHand(state, updates(keys, keys, 0));
  let round = 1;
  const runs = await inTurns(rounds, {
    firesteel: () => stream.batch(stream.rows(updates(keys, count, round++))),
    hand: () => {
      const rows = updates(keys, count, round);
      collectGarbage();
      const meter = new Meter();
      meter.start();
      byHand(state, rows);
      meter.stop();
      return meter;
    },
  });
  await stream.stop();
  const wall = (of: readonly Meter[]): number[] => of.map(({ wallMs }) => wallMs);
  const cpu = (of: readonly Meter[]): number[] => of.map(({ cpuMs }) => cpuMs);
  const { firesteel, hand } = runs;
  const what = `${name}, ${keys.toLocaleString('en')} keys`;
  return [
    figure(what, 'ms', wall(firesteel)),
    figure(`${what}, by hand`, 'ms', wall(hand)),
    figure(`${what}, ratio`, '×', ratios(wall(firesteel), wall(hand)), 1.5),
    figure(`${what}, ratio, processor`, '×', ratios(cpu(firesteel), cpu(hand)), 1.5),
  ];
}

/** Keys that have no data, and a time-out far away; and what they hold. */
async function idle(keys: number, rounds: number): Promise<readonly Figure[]> {
  const rows = updates(keys, keys, 0);
  const bare = rows.map(([, one]) => one);
  collectGarbage();
  const beforeBytes = heldBytes();
  const copies = rows.map(([key]) => Buffer.from(key).toString('latin1'));
  collectGarbage();
  const bareBytes = heldBytes() - beforeBytes + bare.length * 8;
  copies.length = 0;
  collectGarbage();
  const emptyBytes = heldBytes();
  const spec = StateSpec.function((_key: string, one: number | undefined, sum: State<number>): number | undefined => {
    if (one !== undefined) sum.update(one);
    return one;
  }).timeout('1000000 seconds');
  const stream = new SteppedStream<Counts>((input) => {
    input.mapWithState(spec).foreachRDD(async (rdd) => void (await rdd.count()));
  });
  await stream.batch(stream.rows(updates(keys, keys, 0)));
  const none = stream.rows([], 2);
  for (let batch = 0; batch < 20; batch++) await stream.batch(none);
  collectGarbage();
  const bytes = (heldBytes() - emptyBytes - bareBytes) / keys;
  const { idleMs } = await inTurns(rounds, {
    idleMs: async () => {
      const { wallMs } = await stream.batch(none, idleBatches);
      return wallMs / idleBatches;
    },
  });
  await stream.stop();
  return [
    figure(
      `mapWithState, ${keys.toLocaleString('en')} idle keys with a time-out, a batch without data`,
      'ms',
      idleMs,
      1,
    ),
    figure('what a key takes, beside itself and its value', 'bytes', [bytes], 200),
  ];
}

/** So many are timed together. */
const idleBatches = 20;

function heldBytes(): number {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}
