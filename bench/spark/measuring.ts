import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { coresOfOthers } from '../harness.ts';
import { checkBoth } from './agreed.ts';
import type { Installed } from './install.ts';
import { quietCores, type Run, type Turn } from './judged.ts';
import { onSpark } from './jvm.ts';
import { type CommandLine, type Ended, endOf, launch, runToEnd } from './launch.ts';
import type { SparkRow } from './rows.ts';
import { firstMoments } from './startup.ts';

/** Where the programs run. */
export interface Place {
  readonly installed: Installed;
  /** Of the data. */
  readonly folder: string;
  /** How many seconds to wait for a quiet moment before a run. */
  readonly patienceSeconds: number;
}

/** Spark, then firesteel: both give the same, or this fails. */
export async function takeTurn(row: SparkRow, place: Place): Promise<Turn> {
  readAll(row);
  const spark = row.spark === undefined ? undefined : await run(row, place, 'spark');
  const firesteel = await run(row, place, 'firesteel');
  if (row.kind === 'batches') checkBoth(row.name, spark?.check, firesteel.check, row.expected);
  const { kept } = firesteel;
  return spark === undefined ? { firesteel: kept } : { spark: spark.kept, firesteel: kept };
}

interface Checked {
  readonly kept: Run;
  readonly check: readonly number[];
}

/** Files are in the page cache before they are read in a run. */
function readAll({ firesteel }: SparkRow): void {
  const folder = firesteel.find((word) => word.startsWith('dir='))?.slice('dir='.length);
  if (folder !== undefined) for (const name of readdirSync(folder)) readFileSync(join(folder, name));
}

async function run(row: SparkRow, place: Place, engine: 'spark' | 'firesteel'): Promise<Checked> {
  const told = (engine === 'spark' ? row.spark : row.firesteel) ?? [];
  const line = (...more: readonly string[]): CommandLine =>
    engine === 'spark' ? onSpark(place.installed, [...told, ...more]) : onFiresteel(row, [...told, ...more]);
  await quietMoment(place);
  const { result, others } = await coresOfOthers(async () => {
    if (row.kind === 'startup') {
      const moments = await firstMoments((port) => line(engine === 'spark' ? `port=${port}` : String(port)));
      return { values: moments, check: [] };
    }
    return partsOf(row.kind === 'socket' ? await beside(row, place, line) : await runToEnd(line()));
  });
  const values = Object.fromEntries(Object.entries(result.values).map(([name, value]) => [name, rounded(value)]));
  return {
    kept: { values, coresOfOthers: others === undefined ? null : rounded(others) },
    check: result.check,
  };
}

/** Waits until others use little of the machine, as long as there is patience. */
async function quietMoment({ patienceSeconds }: Place): Promise<void> {
  for (let seconds = 0; seconds < patienceSeconds; seconds++) {
    const { others = 0 } = await coresOfOthers(() => sleep(1000));
    if (others <= quietCores) return;
  }
}

function onFiresteel({ kind }: SparkRow, args: readonly string[]): CommandLine {
  const file = kind === 'startup' ? 'network-word-count' : 'firesteel';
  return { command: process.execPath, args: [built(file), ...args] };
}

/** A file of children/, compiled. */
function built(name: string): string {
  return fileURLToPath(new URL(`./children/${name}.js`, import.meta.url));
}

/** Runs a program beside a server that it reads from. */
async function beside(
  { offered = 0 }: SparkRow,
  { folder }: Place,
  line: (...more: readonly string[]) => CommandLine,
): Promise<Ended> {
  const file = join(folder, 'text', 'lines-00.txt');
  const server = launch({ command: process.execPath, args: [built('push-server'), file, String(offered)] });
  const ended = endOf(server);
  try {
    const port = await new Promise<number>((resolve, reject) => {
      server.stdout?.once('data', (bytes) => resolve(Number(String(bytes))));
      void ended.then((status) => reject(new Error(`The server ended with ${status}.`)));
    });
    return await runToEnd(line(`port=${port}`));
  } finally {
    server.kill('SIGKILL');
    await ended;
  }
}

function partsOf({ said, residentMiB }: Ended): { readonly values: Record<string, number>; check: readonly number[] } {
  const numbers = Object.entries(said).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  const third = Math.floor(residentMiB.length / 3);
  const memoryGrowth = Math.max(...residentMiB.slice(-third)) / Math.max(...residentMiB.slice(third, 2 * third));
  const growth = Number.isFinite(memoryGrowth) ? { memoryGrowth } : {};
  return { values: { ...Object.fromEntries(numbers), ...growth }, check: (said['check'] ?? []) as readonly number[] };
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
