import { quantile } from '../harness.ts';

/** What one run of one engine said. */
export interface Run {
  /** By name: `throughput`, `batchMsP50` … */
  readonly values: Readonly<Record<string, number>>;
  /** How many cores others used meanwhile, on average; null where the machine does not say. */
  readonly coresOfOthers: number | null;
}

/** Spark and firesteel, one behind the other; firesteel alone where there is nothing to compare it with. */
export interface Turn {
  readonly spark?: Run;
  readonly firesteel: Run;
}

/** What is looked at in a row. */
export interface Measure {
  readonly name: string;
  readonly unit: string;
  /** The name of the value. */
  readonly value: string;
  readonly better: 'more' | 'less';
  /** Whether it is a difference, of which there is no so many times. */
  readonly isDifference?: boolean;
  /** How many times better than Spark firesteel must be, and is meant to be. */
  readonly timesSpark?: Bounds;
  /** What firesteel must reach by itself, and is meant to. */
  readonly reach?: Bounds;
}

interface Bounds {
  readonly must: number;
  readonly aim?: number;
}

/** A measure over the turns that count. */
export interface Judged {
  readonly measure: Measure;
  readonly spark: Spread | undefined;
  readonly firesteel: Spread | undefined;
  /** How many times better than Spark. */
  readonly times: number | undefined;
  readonly verdict: Verdict | undefined;
}

type Verdict = 'aim' | 'kept' | 'missed';

interface Spread {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

/** Others may use as many cores before a turn does not count. */
export const quietCores = 0.2;

/** A disturbed row is repeated so often. */
export const repeats = 5;

/** The cores that others used while the busier of the two ran; undefined where the machine does not say. */
export function othersOf({ spark, firesteel }: Turn): number | undefined {
  const said = [spark?.coresOfOthers, firesteel.coresOfOthers].filter((cores) => typeof cores === 'number');
  return said.length === 0 ? undefined : Math.max(...said);
}

function isQuiet(turn: Turn): boolean {
  return (othersOf(turn) ?? 0) <= quietCores;
}

/** Whether a row needs no further turns: enough of them were quiet, or it was repeated often enough. */
export function isComplete(turns: readonly Turn[], wanted: number): boolean {
  return turns.filter(isQuiet).length >= wanted || turns.length >= wanted * repeats;
}

/** The turns that count: the quiet ones, or the least disturbed when there are too few of them. */
export function counted(
  turns: readonly Turn[],
  wanted: number,
): { readonly turns: readonly Turn[]; readonly isNoisy: boolean } {
  const quiet = turns.filter(isQuiet);
  if (quiet.length >= wanted) return { turns: quiet, isNoisy: false };
  const limit = [...turns].sort((a, b) => (othersOf(a) ?? 0) - (othersOf(b) ?? 0)).at(wanted - 1);
  const most = limit === undefined ? Number.POSITIVE_INFINITY : (othersOf(limit) ?? 0);
  return { turns: turns.filter((turn) => (othersOf(turn) ?? 0) <= most), isNoisy: true };
}

/** Judges a measure: medians beside medians, or in a noisy row the ratios of its pairs. */
export function judge(measure: Measure, turns: readonly Turn[], isNoisy: boolean): Judged {
  const ours = turns.map(({ firesteel }) => firesteel.values[measure.value] ?? Number.NaN);
  const pairs = turns.flatMap(({ spark }, index) => {
    const value = spark?.values[measure.value];
    return value === undefined ? [] : [{ spark: value, firesteel: ours[index] ?? Number.NaN }];
  });
  const firesteel = spreadOf(ours.filter((value) => !Number.isNaN(value)));
  const spark = spreadOf(pairs.map((pair) => pair.spark));
  const better = (a: number, b: number): number => (measure.better === 'more' ? a / b : b / a);
  const ofPairs = pairs.map((pair) => better(pair.firesteel, pair.spark));
  const canDivide = spark !== undefined && firesteel !== undefined && !measure.isDifference;
  const ofMedians = canDivide ? better(firesteel.median, spark.median) : undefined;
  const times = isNoisy && ofMedians !== undefined ? quantile(ofPairs, 0.5) : ofMedians;
  return { measure, spark, firesteel, times, verdict: verdictOf(measure, times, firesteel?.median) };
}

function verdictOf(measure: Measure, times: number | undefined, median: number | undefined): Verdict | undefined {
  const { timesSpark, reach, better } = measure;
  if (timesSpark !== undefined) return times === undefined ? undefined : reached(timesSpark, times, 'more');
  return reach === undefined || median === undefined ? undefined : reached(reach, median, better);
}

function reached({ must, aim }: Bounds, value: number, better: 'more' | 'less'): Verdict {
  const isThere = (bound: number): boolean => (better === 'more' ? value >= bound : value <= bound);
  if (aim !== undefined && isThere(aim)) return 'aim';
  return isThere(must) ? 'kept' : 'missed';
}

function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  return {
    median: quantile(values, 0.5),
    lowerQuartile: quantile(values, 0.25),
    upperQuartile: quantile(values, 0.75),
  };
}
