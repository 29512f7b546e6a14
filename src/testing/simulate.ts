import { inspect } from 'node:util';
import { UsageError } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';
import { SparkConf } from '../core/spark-conf.ts';
import { type DurationLike, durationOf, Milliseconds } from '../core/time.ts';
import type { StreamingContext } from '../streaming-context.ts';
import { BrokenLaw, type Law } from './simulation/broken-law.ts';
import { drawFaults } from './simulation/draw-faults.ts';
import type { Fault } from './simulation/fault.ts';
import { type OnceOptions, type Seen, simulateOnce } from './simulation/once.ts';
import { shrinkFaults } from './simulation/shrink.ts';
import type { SimulatedWorld } from './simulation/world.ts';

/** How a program is simulated. */
export interface SimulateOptions {
  /** Decides every interleaving, when rows come, and the faults where they are not given; 0 unless given. */
  readonly seed?: number;
  /** What goes wrong; drawn from the seed unless given. */
  readonly faults?: readonly Fault[];
  /** Within how many batches the rows are sent; 8 unless given. */
  readonly batches?: number;
  /** How long a batch is; 1 second unless given. */
  readonly batchDuration?: DurationLike;
  /** Further settings. */
  readonly conf?: SparkConf;
}

/**
 * Runs a program in a world where everything can go wrong, and holds it to what it promises.
 *
 * Processes are killed in the middle of whatever they do, machines lose their power and what was not synced, storage
 * fails, outputs throw and hang, receivers end, connections break, the clock jumps; after each end another process goes
 * on. At last, when all rows are sent and all batches done, these laws must hold:
 * - every batch that an output has written is what the program makes of the rows that were in it, without any fault;
 * - each row is in one batch, in order (a socket may lose some, as it would), and no batch is left out;
 * - each batch is written by every output, and one that is done is not done again: what is written by batch time is
 *   there once, the rest at least once, in whole batches;
 * - batches come in order, no more are under way than may be, no `storeBlock` is taken where there is no room, and
 *   nothing fails but what a fault has hit;
 * - a context goes from INITIALIZED to ACTIVE to STOPPED, does what it is told, and comes to an end.
 *
 * One seed decides it all. The program must be the same in every process, and depend on nothing but what it reads: no
 * clock, no chance, no variable of its own.
 *
 * @param program defines the program on `ssc`, with the sources and outputs of `world`
 * @returns what was seen
 * @throws UsageError (TESTING.LAW_BROKEN) with the seed, the fewest faults that were found to be enough, and the line
 *   that runs them again
 * @example
 * const program = (_ssc: StreamingContext, world: SimulatedWorld) => {
 *   const words = world.asked('words', ['a', 'b', 'a', 'c']);
 *   const pairs = words.map((word): [string, number] => [word, 1]);
 *   world.idempotent('counts', pairs.reduceByKeyAndWindow((a, b) => a + b, '3 s'));
 * };
 * const { lives } = await simulate(program, { seed: 1, faults: [{ kind: 'kill', steps: 100, downMs: 0 }] });
 * lives // => 2
 */
export async function simulate(
  program: (ssc: StreamingContext, world: SimulatedWorld) => void,
  options: SimulateOptions = {},
): Promise<Seen> {
  const { seed = 0, batches = 8 } = options;
  const batchMs = durationOf(options.batchDuration ?? Milliseconds(1000)).milliseconds;
  const conf = usualConf(seed, options.conf);
  const drawn = options.faults ?? drawFaults(seed, { batchMs, batches });
  const once: Omit<OnceOptions, 'faults'> = { program: { define: program, conf, batchMs }, seed, batches };
  let first = await brokenBy({ ...once, faults: drawn });
  // Rest is waited for in real time: a machine that stood still meanwhile breaks this law once, and not again.
  if (first instanceof BrokenLaw && first.law === restLaw) first = await brokenBy({ ...once, faults: drawn });
  if (!(first instanceof BrokenLaw)) return first;
  const { law } = first;
  const faults = await shrinkFaults(drawn, law === restLaw ? 8 : 300, async (fewer) => {
    const outcome = await brokenBy({ ...once, faults: fewer });
    return outcome instanceof BrokenLaw && outcome.law === law;
  });
  const last = await brokenBy({ ...once, faults });
  const broken = last instanceof BrokenLaw ? last : first;
  const replay = `await simulate(program, ${textOf({ ...replayed(options), seed, faults })})`;
  const facts = { seed, law, difference: broken.message, drawn: drawn.length, left: faults.length, replay };
  throw new UsageError('TESTING.LAW_BROKEN', facts, { cause: broken });
}

const restLaw: Law = 'a process comes to rest';

async function brokenBy(options: OnceOptions): Promise<Seen | BrokenLaw> {
  try {
    return await simulateOnce(options);
  } catch (error) {
    if (error instanceof BrokenLaw) return error;
    throw error;
  }
}

/** Few partitions are soon done; few batches may be under way, and little may be held, so that it happens. */
function usualConf(seed: number, conf = new SparkConf()): SparkConf {
  const random = seededRandom(seed, confStream);
  return conf
    .clone()
    .setIfMissing('spark.master', 'local[4]')
    .setIfMissing('spark.app.name', 'simulate')
    .setIfMissing('spark.default.parallelism', 2)
    .setIfMissing('firesteel.batches.pendingMax', 4)
    .setIfMissing('firesteel.receiver.bufferRowsMax', 1 + random.below(bufferRowsMax))
    .setIfMissing('spark.streaming.receiver.blockStoreTimeout', '2 s')
    .setIfMissing('spark.streaming.receiverRestartDelay', `${restartDelaysMs[random.below(3)]} ms`)
    .setIfMissing('firesteel.checkpoint.snapshotBytesMin', 500);
}

/** What is drawn here has no influence on what else is drawn of the seed. */
const confStream = 4;

/** So few that a receiver often has no room. */
const bufferRowsMax = 6;

/** Whether what was refused comes again at once, or when batches behind it have been cleaned away. */
const restartDelaysMs = [100, 500, 5000];

/** The options that a replay needs, as they are written. */
function replayed({ batches, batchDuration, conf }: SimulateOptions): object {
  return {
    ...(batches !== undefined && { batches }),
    ...(batchDuration !== undefined && { batchDuration: String(batchDuration) }),
    ...(conf !== undefined && { conf: 'as before' }),
  };
}

function textOf(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 4, maxArrayLength: null });
}
