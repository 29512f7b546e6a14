import { readFileSync } from 'node:fs';

/** How much is measured: all of it, or so little that it only shows that the programs run. */
export interface Scale {
  /** Lines of text, 10 words each. */
  readonly lines: number;
  /** How often the text goes through the socket. */
  readonly textRepeats: number;
  /** Counted rounds of everything that runs in this process. */
  readonly rounds: number;
  /** Child processes, and pairs of them. */
  readonly children: number;
  /** Batches of a run of the floor. */
  readonly batches: number;
  /** Counted rounds of pairs that are judged by their ratio. */
  readonly pairs: number;
  /** Keys that have state. */
  readonly keys: number;
}

export const fullScale: Scale = {
  lines: 1_000_000,
  textRepeats: 10,
  rounds: 5,
  children: 9,
  batches: 1000,
  pairs: 9,
  keys: 1_000_000,
};
export const quickScale: Scale = {
  lines: 20_000,
  textRepeats: 1,
  rounds: 2,
  children: 2,
  batches: 100,
  pairs: 2,
  keys: 20_000,
};

/** One number of a row, over its runs. */
export interface Figure {
  readonly name: string;
  readonly unit: 'ms' | 'µs' | 'MiB' | 'bytes' | '×' | 'M lines/s';
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly runs: number;
  /** What the median has to stay under, where that is promised. */
  readonly under?: number;
}

/** A figure of these values. */
export function figure(name: string, unit: Figure['unit'], values: readonly number[], under?: number): Figure {
  return {
    name,
    unit,
    median: quantile(values, 0.5),
    lowerQuartile: quantile(values, 0.25),
    upperQuartile: quantile(values, 0.75),
    runs: values.length,
    ...(under !== undefined && { under }),
  };
}

/** The value that a share of the values stays under, interpolated between neighbours. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('There is no quantile of no values.');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** Runs the programs in turns, A B A B, after one round to warm up. @returns what each gave, by round */
export async function inTurns<N extends string, R>(
  rounds: number,
  programs: Readonly<Record<N, () => R | Promise<R>>>,
): Promise<Readonly<Record<N, R[]>>> {
  const names = Object.keys(programs) as N[];
  const given = Object.fromEntries(names.map((name) => [name, [] as R[]])) as Record<N, R[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const result = await programs[name]();
      if (round > 0) given[name].push(result);
    }
  }
  return given;
}

/** a / b, pair by pair. */
export function ratios(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, index) => value / (b[index] ?? Number.NaN));
}

/** Adds up the time and the processor time, of all threads of this process, between `start` and `stop`. */
export class Meter {
  wallMs = 0;
  cpuMs = 0;
  #startMs = 0;
  #startCpu: NodeJS.CpuUsage = { user: 0, system: 0 };

  start(): void {
    this.#startCpu = process.cpuUsage();
    this.#startMs = performance.now();
  }

  stop(): void {
    this.wallMs += performance.now() - this.#startMs;
    const { user, system } = process.cpuUsage(this.#startCpu);
    this.cpuMs += (user + system) / 1000;
  }
}

/** The time, in milliseconds since the epoch, with fractions. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Lets go of what the runs before have left, so that the next one does not pay for it. */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('The benchmark needs node --expose-gc.');
  globalThis.gc();
}

/** How many cores others used while f ran, on average; undefined where the machine does not say (it needs /proc). */
export async function coresOfOthers<R>(
  f: () => Promise<R>,
): Promise<{ readonly result: R; readonly others: number | undefined }> {
  const startMs = performance.now();
  const before = busyMs();
  const result = await f();
  const after = busyMs();
  const tookMs = performance.now() - startMs;
  const others = before === undefined || after === undefined ? undefined : Math.max(0, (after - before) / tookMs);
  return { result, others };
}

/** The processor time that the machine has spent on others than this process and the children it has waited for. */
function busyMs(): number | undefined {
  try {
    const machine = numbersOf(readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '');
    const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0] = machine;
    const own = readFileSync('/proc/self/stat', 'utf8');
    // Its own user and system time and those of its children are fields 14 to 17; the name before may contain spaces.
    const ownTicks = own
      .slice(own.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
      .map(Number);
    const ticks = user + nice + system + interrupts + softInterrupts - ownTicks.reduce((sum, n) => sum + n, 0);
    return ticks * msPerTick;
  } catch {
    // Not Linux: how busy the machine was stays unknown.
    return undefined;
  }
}

function numbersOf(line: string): number[] {
  return line.trim().split(/\s+/).slice(1).map(Number);
}

/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock is. */
const msPerTick = 10;
