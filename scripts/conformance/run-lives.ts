import { StreamingContext } from 'firesteel';
import { type TestRuntime, testRuntime } from 'firesteel/testing';
import { type Case, CaseMistake, type UnderFailures } from './cases.ts';
import { batchesOf, checkpointFolder, contextFor, type Seen, unlessDead, Watch } from './run-case.ts';

/** What was seen of each life of a program, the last of which has come to the end of its batches. */
export interface SeenLives {
  readonly lives: readonly Seen[];
  /** After how many steps the others were killed. */
  readonly kills: readonly number[];
}

/** What a requirement says whose outputs before are the beginning of what is expected, and those behind its end. */
const requirements: readonly RegExp[] = [
  /\bprefix of expect\b.*\bsuffix of expect\b/,
  /^dropping the first \(repeated\) output after restart leaves the remaining expect$/,
];

/** Whether the program of a case is killed again and again. */
export function isKilled({ underFailures = false }: Case): boolean {
  return underFailures !== false;
}

/** What a case asks for of several lives has to be known. @throws CaseMistake */
export function checkLives(given: Case): void {
  const { restart, expectCounters, kind } = given;
  if (restart === undefined && !isKilled(given)) return;
  if (kind !== 'operators') throw new CaseMistake(`kind ${kind} does not restart`);
  if (restart !== undefined && isKilled(given)) throw new CaseMistake('either it is restarted, or it is killed');
  if (expectCounters !== undefined) throw new CaseMistake('nobody knows what is done twice');
  const wish = restart ?? failuresOf(given);
  const known = ['requirement', ...(restart === undefined ? ['kills'] : [...fieldsOfRestart])];
  const unknown = Object.keys(wish).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new CaseMistake(`a restart has no ${unknown}`);
  const { requirement } = wish;
  if (requirement !== undefined && !requirements.some((each) => each.test(requirement))) {
    throw new CaseMistake(`there is no requirement: ${requirement}`);
  }
  if (restart === undefined) return;
  const { afterBatches, thenBatches = batchesOf(given) - afterBatches } = restart;
  if (!(afterBatches > 0 && thenBatches > 0)) throw new CaseMistake('each life has at least one batch');
}

const fieldsOfRestart: readonly string[] = ['afterBatches', 'thenBatches', 'outputsAfterRestart'];

/** Runs the program of a case in several lives, each of which goes on with what the one before has left. */
export async function runLives(given: Case, seed: number): Promise<SeenLives> {
  return given.restart === undefined ? await runUnderFailures(given, seed) : await runWithRestart(given, seed);
}

async function runWithRestart(given: Case, seed: number): Promise<SeenLives> {
  const batches = batchesOf(given);
  const { afterBatches = batches, thenBatches = batches - afterBatches } = given.restart ?? {};
  const runtime = testRuntime({ seed });
  const before = await live(given, runtime, [1, afterBatches]);
  const next = testRuntime({ seed, after: runtime });
  return { lives: [before, await live(given, next, [afterBatches + 1, afterBatches + thenBatches])], kills: [] };
}

/** As many batches more, so that what the last kill has left undone is done. */
const moreBatches = 2;

async function runUnderFailures(given: Case, seed: number): Promise<SeenLives> {
  const batches = batchesOf(given);
  const { random } = testRuntime({ seed });
  const { kills: count = 1 + random.below(3) } = failuresOf(given);
  const kills = Array.from({ length: count }, () => 1 + random.below(stepsOfBatch * batches));
  let lives: Seen[] = [];
  let runtime: TestRuntime | undefined;
  for (const steps of [...kills, Number.POSITIVE_INFINITY]) {
    // One that has given nothing may have written nothing: then it is not known when the program began.
    const before: TestRuntime | undefined = hasGivenAny(lives) ? runtime : undefined;
    if (before === undefined) lives = [];
    else if (random.below(2) === 1) {
      before.kill();
      before.storage.crash({ random });
    }
    runtime = testRuntime({ seed, steps, ...(before !== undefined && { after: before }) });
    const first = 1 + Math.floor(runtime.clock.now() / given.batchMs);
    lives.push(await live(given, runtime, [first, batches + moreBatches]));
  }
  return { lives: lives.map((seen) => upTo(batches * given.batchMs, seen)), kills };
}

/** About so many steps a batch takes. */
const stepsOfBatch = 25;

function failuresOf({ underFailures }: Case): UnderFailures {
  return typeof underFailures === 'object' ? underFailures : {};
}

function hasGivenAny(lives: readonly Seen[]): boolean {
  return lives.some(({ outputs }) => outputs.some((each) => each.length > 0));
}

function upTo(endMs: number, seen: Seen): Seen {
  return { ...seen, outputs: seen.outputs.map((each) => each.filter(({ timeMs }) => timeMs <= endMs)) };
}

/** One life, in which the batches with these numbers are due; it ends with a stop that drains nothing, or dies. */
async function live(
  given: Case,
  runtime: TestRuntime,
  [first, last]: readonly [first: number, last: number],
): Promise<Seen> {
  let watch: Watch | undefined;
  const create = (): StreamingContext => {
    const ssc = contextFor(given, runtime);
    watch = new Watch(given, { runtime, ssc });
    watch.build();
    return ssc;
  };
  const ssc = await unlessDead(runtime, () => StreamingContext.getOrCreate(checkpointFolder, create, { runtime }));
  if (ssc !== undefined && watch?.attempt('start', () => ssc.start()) === true) {
    await watch.runBatches(first, last);
    await unlessDead(runtime, () => ssc.stop());
  }
  return (await watch?.seen()) ?? { outputs: [], counters: {}, errors: [] };
}
