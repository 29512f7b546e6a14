import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { systemRuntime } from 'firesteel';
import type { Recovered } from '../children/recovery.ts';
import { type Figure, figure, inTurns, type Meter, quantile, ratios, type Scale } from '../harness.ts';
import { type Counts, discarding, type SealedBatch, SealingStream, withFolder } from '../sealing-stream.ts';

export const title = 'A program with state, written down on a disk';

/** mapWithState through the actors, with a checkpoint directory on a disk or on nothing that keeps what is written. */
export async function measure({ keys, pairs, rounds, children }: Scale): Promise<readonly Figure[]> {
  return [
    ...(await updates(keys, pairs)),
    ...(await oneRecord(pairs)),
    ...(await comingBack(keys, children)),
    ...(await snapshots(keys, rounds)),
  ];
}

/** New texts each time, as they come from outside: nobody has hashed them before. */
function rowsOf(keys: number, count: number, round: number): Counts[] {
  const step = 7_919; // A prime: all keys have their turn, in no order of the table.
  const keyOf = (n: number): string => Buffer.from(`user-${n}`).toString('latin1');
  return Array.from({ length: count }, (_, i) => [keyOf(((i + round * count) * step) % keys), 1]);
}

const startMs = 1_000_000_000_000;

/** The program on the disk, and on nothing. */
function both<R>(f: (disk: SealingStream, nothing: SealingStream) => Promise<R>): Promise<R> {
  return withFolder(async (folder) => {
    const { storage } = systemRuntime();
    const disk = await SealingStream.open(join(folder, 'disk'), startMs);
    const nothing = await SealingStream.open(join(folder, 'nothing'), startMs, discarding(storage));
    const result = await f(disk, nothing);
    await disk.stop();
    await nothing.stop();
    return result;
  });
}

async function updates(keys: number, rounds: number): Promise<readonly Figure[]> {
  const count = keys / 5;
  return both(async (disk, nothing) => {
    for (const stream of [disk, nothing]) await stream.batch(rowsOf(keys, keys, 0));
    let round = 0;
    const runs = await inTurns(rounds, {
      disk: () => disk.batch(rowsOf(keys, count, round++)),
      nothing: () => nothing.batch(rowsOf(keys, count, round)),
    });
    const of = (batches: readonly SealedBatch[], pick: (meter: Meter) => number): number[] =>
      batches.map(({ sealed }) => pick(sealed));
    const wall = ({ wallMs }: Meter): number => wallMs;
    const cpu = ({ cpuMs }: Meter): number => cpuMs;
    const what = `${count.toLocaleString('en')} updates of ${keys.toLocaleString('en')} keys, beat to sealed`;
    return [
      figure(what, 'ms', of(runs.disk, wall)),
      figure(`${what}, nothing kept`, 'ms', of(runs.nothing, wall)),
      figure(`${what}, ratio`, '×', ratios(of(runs.disk, wall), of(runs.nothing, wall)), 1.35),
      figure(`${what}, ratio, processor`, '×', ratios(of(runs.disk, cpu), of(runs.nothing, cpu)), 1.35),
      figure(
        `${what}, delay of the event loop, p99`,
        'ms',
        runs.disk.map(({ delays }) => delays.p99),
      ),
      figure(
        `${what}, delay of the event loop, longest`,
        'ms',
        runs.disk.map(({ delays }) => delays.longest),
      ),
    ];
  });
}

/** So many batches are a round. */
const recordsOfRound = 100;

async function oneRecord(rounds: number): Promise<readonly Figure[]> {
  return both(async (disk, nothing) => {
    const p50s = async (stream: SealingStream): Promise<{ readonly completed: number; readonly sealed: number }> => {
      const batches: SealedBatch[] = [];
      for (let i = 0; i < recordsOfRound; i++) batches.push(await stream.batch([['user', 1]]));
      const p50 = (pick: (batch: SealedBatch) => Meter): number =>
        quantile(
          batches.map((batch) => pick(batch).wallMs),
          0.5,
        );
      return { completed: p50(({ completed }) => completed), sealed: p50(({ sealed }) => sealed) };
    };
    const runs = await inTurns(rounds, { disk: () => p50s(disk), nothing: () => p50s(nothing) });
    const less = (of: 'completed' | 'sealed'): number[] =>
      runs.disk.map((p50, round) => p50[of] - (runs.nothing[round]?.[of] ?? Number.NaN));
    return [
      figure(
        'one record, beat to completed, p50',
        'ms',
        runs.disk.map(({ completed }) => completed),
      ),
      figure('one record, beat to completed, p50, less that with nothing kept', 'ms', less('completed'), 5),
      figure('one record, beat to sealed, p50, less that with nothing kept', 'ms', less('sealed'), 5),
    ];
  });
}

/** Processes of their own: a program that comes back is not warm. */
async function comingBack(keys: number, children: number): Promise<readonly Figure[]> {
  return withFolder(async (folder) => {
    const before = join(folder, 'before');
    const stream = await SealingStream.open(before, startMs);
    let batches = 0;
    let hasSnapshot = false;
    // The first one makes the snapshot due, and it can be used when later batches have completed.
    for (; batches < 5 || !hasSnapshot; batches++) {
      const { snapshot } = await stream.batch(rowsOf(keys, batches === 0 ? keys : keys / 5, batches));
      hasSnapshot ||= snapshot !== undefined || keys < keysOfSnapshot;
    }
    await stream.stop();
    const recovered: Recovered[] = [];
    for (let child = 0; child < children; child++) {
      const copy = join(folder, `copy-${child}`);
      cpSync(before, copy, { recursive: true });
      recovered.push(await recoveredIn(copy, startMs + batches * 1000));
    }
    const what = `${keys.toLocaleString('en')} keys from a snapshot and changes`;
    return [
      figure(
        `${what}, read`,
        'ms',
        recovered.map(({ readMs }) => readMs),
      ),
      figure(
        `${what}, first new batch done`,
        'ms',
        recovered.map(({ newBatchMs }) => newBatchMs),
        3000,
      ),
    ];
  });
}

/** With fewer the changes are too few for one. */
const keysOfSnapshot = 1_000_000;

async function snapshots(keys: number, rounds: number): Promise<readonly Figure[]> {
  return withFolder(async (folder) => {
    const stream = await SealingStream.open(join(folder, 'snapshots'), startMs);
    const seen: NonNullable<SealedBatch['snapshot']>[] = [];
    const wanted = keys < keysOfSnapshot ? 0 : rounds;
    for (let batch = 0; seen.length < wanted + 1 && batch < 10 * (wanted + 1); batch++) {
      const { snapshot } = await stream.batch(rowsOf(keys, keys, batch));
      if (snapshot !== undefined) seen.push(snapshot);
    }
    await stream.stop();
    const warm = seen.slice(1);
    if (warm.length < wanted) throw new Error(`There were ${seen.length} snapshots.`);
    if (warm.length === 0) return [];
    const each = (name: string, pick: (snapshot: (typeof warm)[number]) => number, under?: number): Figure =>
      figure(`a snapshot of ${keys.toLocaleString('en')} keys, ${name}`, 'ms', warm.map(pick), under);
    return [
      each('delay of the event loop, p50', ({ delays }) => delays.p50),
      each('delay of the event loop, p99', ({ delays }) => delays.p99, 20),
      each('delay of the event loop, longest', ({ delays }) => delays.longest),
      each('until it is safe', ({ tookMs }) => tookMs),
    ];
  });
}

function recoveredIn(folder: string, nowMs: number): Promise<Recovered> {
  return new Promise((resolve, reject) => {
    const args = ['--expose-gc', process.argv[1] ?? '', '--child', 'recovery', folder, String(nowMs)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(JSON.parse(said.trimEnd().split('\n').at(-1) ?? '') as Recovered);
      else reject(new Error(`A child process ended with ${status}.`));
    });
  });
}
