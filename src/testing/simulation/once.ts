import { messageOf } from '../../core/errors.ts';
import { seededRandom } from '../../core/random.ts';
import type { Row } from '../../core/row.ts';
import type { TestRuntime, TestRuntimeOptions } from '../../core/test-runtime.ts';
import { BrokenLaw } from './broken-law.ts';
import type { EndFault, Fault } from './fault.ts';
import { FaultsToCome } from './faults-to-come.ts';
import { live } from './life.ts';
import { Outside } from './outside.ts';
import type { SimulatedProgram } from './program.ts';
import { Recorded } from './recorded.ts';
import { recordedData, timesOf } from './recorded-data.ts';
import { runReference } from './reference.ts';
import { type SimulatedProcess, simulatedProcess } from './simulated-process.ts';
import { checkWritten } from './written-law.ts';

/** What is simulated. */
export interface OnceOptions {
  readonly program: SimulatedProgram;
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly batches: number;
}

/** What a simulation has seen. */
export interface Seen {
  /** The faults that happened, in the order in which they did. */
  readonly met: readonly Fault[];
  /** How often the program was started: once, and again after each end. */
  readonly lives: number;
  /** How many batches there were. */
  readonly batches: number;
  /** The time before the first of them: of the first process whose start is in the log. */
  readonly zeroTimeMs: number;
  /** What was written by each output, by the time of the batch; where it was written twice, once. */
  readonly outputs: ReadonlyMap<string, ReadonlyMap<number, readonly Row[]>>;
}

/** Runs a program with these faults, life after life, to its end. @throws BrokenLaw */
export async function simulateOnce({ program, seed, faults, batches }: OnceOptions): Promise<Seen> {
  const coming = new FaultsToCome(faults);
  const outside = new Outside({ seed, lengthMs: batches * program.batchMs, faults: coming });
  const recorded = new Recorded();
  const livesMax = faults.length + furtherLivesMax;
  let last: Last | undefined;
  for (let lives = 1; lives <= livesMax; lives += 1) {
    const end = coming.nextEnd();
    const metBefore = coming.met.length;
    const look = async (runtime: TestRuntime): Promise<void> => {
      await recorded.read(runtime, folder).catch((error: BrokenLaw) => outside.broke(error.law, error.message, error));
    };
    const make = (options: TestRuntimeOptions): SimulatedProcess => simulatedProcess(options, coming, end, look);
    const process = await nextProcess(last, end, seed * seedsMax + lives, make);
    const { runtime } = process;
    const ticksMax = 4 * batches + furtherTicks;
    const how = await live({ ...process, program, outside, recorded, end, folder, ticksMax });
    const isMet = end !== undefined && (end.kind === 'stop' ? how === 'stopped' : how === 'dead');
    if (isMet) coming.met.push(end);
    if (isMet && end.kind === 'power loss') runtime.storage.crash({ random: seededRandom(end.chance) });
    last = { process, end: isMet ? end : undefined };
    await recorded.read(runtime, folder);
    const isUndisturbed = coming.met.length === metBefore + 1;
    if (isMet && end.kind === 'stop' && end.isGraceful && isUndisturbed) checkWorkedOff(recorded);
    if (how !== 'sent' || !recorded.isComplete) continue;
    runtime.kill();
    const mayLose = lives > 1 || coming.met.some(({ kind }) => kind === 'sockets close');
    await check(program, recorded, outside, mayLose);
    const { zeroTimeMs = 0 } = recorded.began ?? {};
    return { met: coming.met, lives, batches: recorded.plans.size, zeroTimeMs, outputs: outputsOf(outside) };
  }
  const difference = `the program was started ${livesMax} times, and there were still batches that were not done`;
  throw new BrokenLaw('a program ends without further faults', difference);
}

/** A stop with grace leaves nothing that was received to others. @throws BrokenLaw */
function checkWorkedOff({ unplanned }: Recorded): void {
  const [first] = unplanned;
  if (first === undefined) return;
  throw new BrokenLaw(
    'a graceful stop works off what has come',
    `it has left ${first}, and ${unplanned.length} in all`,
  );
}

/** The life before. */
interface Last {
  readonly process: SimulatedProcess;
  /** How it has ended, where a fault has ended it. */
  readonly end: EndFault | undefined;
}

/** Another process, unless a program was only stopped and is started again where it was. */
async function nextProcess(
  last: Last | undefined,
  end: EndFault | undefined,
  seed: number,
  make: (options: TestRuntimeOptions) => SimulatedProcess,
): Promise<SimulatedProcess> {
  const steps = end !== undefined && 'steps' in end ? end.steps : undefined;
  const downMs = last?.end?.downMs ?? 0;
  if (last?.end?.kind === 'stop' && last.end.isSameProcess && steps === undefined) {
    await last.process.runtime.clock.advance(downMs);
    return last.process;
  }
  const startMs = (last?.process.runtime.clock.now() ?? 0) + downMs;
  const after = last?.process.runtime;
  const options = { seed, startMs, ...(after !== undefined && { after }), ...(steps !== undefined && { steps }) };
  return make(options);
}

async function check(program: SimulatedProgram, recorded: Recorded, outside: Outside, mayLose: boolean): Promise<void> {
  const timesMs = timesOf(recorded);
  const data = recordedData(recorded, outside.senders.values(), mayLose);
  const { zeroTimeMs = 0 } = recorded.began ?? {};
  const outputs = await runReference({ program, data, zeroTimeMs, timesMs }).catch((error: unknown) => {
    const difference = `without any fault: ${messageOf(error)}`;
    throw new BrokenLaw('nothing fails but what a fault has hit', difference, { cause: error });
  });
  checkWritten(outside.sinks.values(), outputs);
}

function outputsOf({ sinks }: Outside): Seen['outputs'] {
  const byTime = [...sinks.values()].map(({ name, written }) => {
    const inOrder = written.toSorted((a, b) => a.timeMs - b.timeMs);
    return [name, new Map(inOrder.map(({ timeMs, rows }) => [timeMs, rows]))] as const;
  });
  return new Map(byTime);
}

const folder = '/checkpoint';

/** More than there are lives in a simulation: each has a seed of its own. */
const seedsMax = 64;
/** How many lives may be needed when all faults are over. */
const furtherLivesMax = 3;
/** For batches that wait, hang and are caught up with. */
const furtherTicks = 60;
