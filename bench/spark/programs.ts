import { type DStream, Milliseconds, type RDD, type State, StateSpec } from 'firesteel';
import type { Functions } from '../functions.ts';

/** What the output of one batch gave, to compare; those behind it give nothing more. */
export class Check {
  numbers: readonly number[] = [];
  readonly #at: number;
  #outputs = 0;

  /** @param at the number of the output, counted from one */
  constructor(at: number) {
    this.#at = at;
  }

  /** Whether the output that is running is the one that is compared. */
  get isLast(): boolean {
    return this.#outputs === this.#at - 1;
  }

  give(...numbers: readonly number[]): void {
    if (this.isLast) this.numbers = numbers;
    this.#outputs += 1;
  }
}

/** What the programs are made of. */
export interface Parts {
  readonly functions: Functions;
  readonly pattern: string;
  readonly slideMs: number;
  readonly check: Check;
}

/** Whether a program needs a folder for what it keeps. */
export function hasState(program: string): boolean {
  return ['topk-inverse', 'updateState', 'mapWithState'].includes(program);
}

/** The measured programs, as `Programs.java` has them for Spark. */
export function define(program: string, lines: DStream<string>, parts: Parts): void {
  const make = programs[program];
  if (make === undefined) throw new Error(`There is no program ${program}.`);
  make(lines, parts);
}

type Program = (lines: DStream<string>, parts: Parts) => void;

const count: Program = (lines, parts) => {
  pairs(lines, parts)
    .reduceByKey(parts.functions.add)
    .foreachRDD(async (rdd) => {
      const counts = await rdd.collect();
      let [sum, top] = [0, 0];
      for (const [, n] of counts) {
        sum += n;
        top = Math.max(top, n);
      }
      parts.check.give(counts.length, sum, top);
    });
};

const grep: Program = (lines, { functions, pattern, check }) => {
  lines.filter(functions.contains(pattern)).foreachRDD(async (rdd) => {
    check.give(await rdd.count());
  });
};

const topk: Program = (lines, parts) => {
  const { functions, slideMs } = parts;
  top(pairs(lines, parts).reduceByKeyAndWindow(functions.add, Milliseconds(10 * slideMs)), parts);
};

const topkInverse: Program = (lines, parts) => {
  const { functions, slideMs } = parts;
  const window = Milliseconds(10 * slideMs);
  top(pairs(lines, parts).reduceByKeyAndWindow(functions.add, functions.subtract, window), parts);
};

const updateState: Program = (lines, { check }) => {
  lines
    .map((key): [string, number] => [key, 1])
    .updateStateByKey((ones: number[], before: number | undefined) => {
      let sum = before ?? 0;
      for (const one of ones) sum += one;
      return sum;
    })
    .foreachRDD((rdd) => countAndSum(rdd, check));
};

const mapWithState: Program = (lines, { check }) => {
  const add = (key: string, one: number | undefined, state: State<number>): [string, number] => {
    const sum = (state.getOption() ?? 0) + (one ?? 0);
    state.update(sum);
    return [key, sum];
  };
  lines
    .map((key): [string, number] => [key, 1])
    .mapWithState(StateSpec.function(add))
    .foreachRDD((rdd) => countAndSum(rdd, check));
};

const programs: Readonly<Record<string, Program>> = {
  wordcount: count,
  floor: count,
  socket: count,
  grep,
  topk,
  'topk-inverse': topkInverse,
  updateState,
  mapWithState,
};

function pairs(lines: DStream<string>, { functions }: Parts): DStream<[string, number]> {
  return lines.flatMap(functions.split).map(functions.pair);
}

function top(counts: DStream<[string, number]>, { check }: Parts): void {
  counts.foreachRDD(async (rdd) => {
    const best = await rdd.top(10, (a, b) => a[1] - b[1]);
    check.give(
      best.length,
      best[0]?.[1] ?? 0,
      best.reduce((sum, [, n]) => sum + n, 0),
    );
  });
}

/** Counts, as every batch does; the last one is added up too, to compare. */
async function countAndSum(rdd: RDD<[string, number]>, check: Check): Promise<void> {
  const rows = await rdd.count();
  check.give(rows, check.isLast ? await rdd.map(([, n]) => n).reduce((a, b) => a + b) : 0);
}
