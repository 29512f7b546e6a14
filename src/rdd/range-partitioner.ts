import { assert } from '../core/errors.ts';
import { compareValues } from '../core/order.ts';
import { seededRandom } from '../core/random.ts';
import { sinkOf } from './loop.ts';
import type { Partitioner } from './partitioner.ts';
import type { Plan, RunPlan } from './plan.ts';
import { keyOfPair } from './row-functions.ts';

/** How two keys are ordered; below 0 when a comes first. */
export type Compare = (a: unknown, b: unknown) => number;

/**
 * By ranges of keys, so that all keys of a partition come before those of the next. The bounds come from a sample of
 * the keys, which is taken when the first job needs them.
 *
 * Spark: as RangePartitioner.
 */
export class RangePartitioner implements Partitioner {
  readonly numPartitions: number;
  readonly #compare: Compare;
  #bounds: readonly unknown[] | undefined;

  /** @param compare the order of keys; the natural one unless given */
  constructor(numPartitions: number, compare: Compare = compareValues) {
    this.numPartitions = numPartitions;
    this.#compare = compare;
  }

  /** The keys are sampled here, before any row moves. @internal */
  async prepare(parent: Plan, run: RunPlan): Promise<void> {
    if (this.#bounds !== undefined) return;
    const sinks = this.numPartitions === 1 ? [] : await run(parent, 'push', sinkOf);
    // Rows, not keys: `sort` asks nobody where undefined belongs.
    const max = Math.min(sampleMax, Math.ceil(samplesMax / sinks.length));
    const sample = sinks.flatMap((sink, index) => sampleOf(sink.rows, index, max));
    sample.sort((a, b) => this.#compare(keyOfPair(a), keyOfPair(b)));
    const edges = Array.from({ length: sample.length === 0 ? 0 : this.numPartitions - 1 }, (_, i) => {
      return keyOfPair(sample[Math.max(0, Math.ceil(((i + 1) * sample.length) / this.numPartitions) - 1)]);
    });
    this.#bounds = edges;
  }

  /** The number of bounds that come before the key: a bound is the last key of its partition. */
  getPartition(key: unknown): number {
    assert(this.#bounds !== undefined, 'keys are sampled before they are placed');
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(bounds[middle], key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  equals(other: Partitioner): boolean {
    return other === this;
  }
}

/** Rows of one partition, at most `max`, by a fixed draw, so that the same data is always cut alike. */
function sampleOf(rows: readonly unknown[], partition: number, max: number): readonly unknown[] {
  if (rows.length <= max) return rows;
  const random = seededRandom(0, partition);
  return Array.from({ length: max }, () => rows[random.below(rows.length)]);
}

const sampleMax = 1000;
/** Of all partitions; they are sorted in one go, in about ten milliseconds. */
const samplesMax = 20_000;
