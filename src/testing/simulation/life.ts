import { confKeys } from '../../core/conf-keys.ts';
import { FiresteelError, messageOf } from '../../core/errors.ts';
import { Milliseconds } from '../../core/time.ts';
import { StreamingContext, type StreamingContextState } from '../../streaming-context.ts';
import { BrokenLaw } from './broken-law.ts';
import type { EndFault } from './fault.ts';
import { SimulatedFault } from './faults-to-come.ts';
import { HeldRows } from './held-rows.ts';
import { LiveWorld } from './live-world.ts';
import type { Outside } from './outside.ts';
import type { SimulatedProgram } from './program.ts';
import type { Recorded } from './recorded.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** What a life is made of. */
export interface LifeOptions extends SimulatedProcess {
  readonly program: SimulatedProgram;
  readonly outside: Outside;
  /** What the log said when it began. */
  readonly recorded: Recorded;
  /** How it ends; by itself, when all rows are sent, where undefined. */
  readonly end: EndFault | undefined;
  readonly folder: string;
  /** After how many ticks it has to have come to an end. */
  readonly ticksMax: number;
}

/** How a life has ended: before it began, in the middle, before it was through, or when all rows were sent. */
export type LifeEnd = 'not begun' | 'dead' | 'stopped' | 'sent';

/** Runs a program in one process, until that ends. @throws BrokenLaw */
export async function live(options: LifeOptions): Promise<LifeEnd> {
  try {
    return await new Life(options).run();
  } catch (error) {
    if (error instanceof BrokenLaw) throw error;
    if (error instanceof FiresteelError && error.code === 'RUNTIME.NOT_SETTLED') {
      throw new BrokenLaw('a process comes to rest', error.message, { cause: error });
    }
    throw new BrokenLaw('a process does what it is told', messageOf(error), { cause: error });
  }
}

class Life {
  readonly #options: LifeOptions;
  #ssc: StreamingContext | undefined;
  #world: LiveWorld | undefined;
  #state: StreamingContextState = 'INITIALIZED';
  #underWay = 0;

  constructor(options: LifeOptions) {
    this.#options = options;
  }

  async run(): Promise<LifeEnd> {
    const { runtime, given, outside, folder } = this.#options;
    const coming = StreamingContext.getOrCreate(folder, () => this.#create(), { runtime: given });
    const outcome = note(runtime.activities.run('the way of the program back', () => coming));
    await runtime.settle();
    const { of: come } = outcome;
    if (runtime.isDead || come === undefined) return 'dead';
    if ('error' in come) {
      if (!isOfFault(come.error) && !this.#isLockLeft(come.error))
        throw new BrokenLaw('a program comes back', messageOf(come.error));
      return 'not begun';
    }
    come.value.start();
    const end = await this.#go(come.value);
    this.#world?.close();
    outside.check();
    if (runtime.isDead) return 'dead';
    this.#look();
    if (this.#state !== 'STOPPED') this.#broke(`it is ${this.#state} at its end`);
    return end;
  }

  #create(): StreamingContext {
    const { program, runtime, given, outside, recorded } = this.#options;
    const { conf, batchMs } = program;
    const logSink = { log: () => undefined };
    const ssc = new StreamingContext(conf, Milliseconds(batchMs), { runtime: given, logSink });
    // What was said later is of this process: in it a batch comes once anyway.
    const done = recorded.isDone.bind(recorded);
    const world = new LiveWorld({ ssc, batchMs, runtime, outside, isDone: done });
    program.define(ssc, world);
    this.#world = world;
    this.#ssc = ssc;
    this.#watch(ssc);
    return ssc;
  }

  #watch(ssc: StreamingContext): void {
    const { outside, program } = this.#options;
    const pendingMax = program.conf.read(confKeys.pendingBatchesMax);
    const held = new HeldRows(program.conf.read(confKeys.receiverBufferRowsMax));
    ssc.onMessage = (posted) => {
      const { type, error } = posted.message as Partial<Heard>;
      const difference = held.hear(posted);
      if (difference !== undefined) outside.broke('no block is taken where there is no room', difference);
      if (type === 'bug.found' || (type === 'error.reported' && !isOfFault(error))) {
        outside.broke('nothing fails but what a fault has hit', messageOf(error), error);
      }
    };
    ssc.addStreamingListener({
      onBatchSubmitted: () => {
        this.#underWay += 1;
        const difference = `${this.#underWay} are, and ${pendingMax} may be`;
        if (this.#underWay > pendingMax) outside.broke('no more batches are under way than may be', difference);
      },
      onBatchCompleted: () => {
        this.#underWay -= 1;
      },
    });
  }

  async #go(ssc: StreamingContext): Promise<LifeEnd> {
    const { runtime, program, end, ticksMax } = this.#options;
    const { batchMs } = program;
    const stop = end?.kind === 'stop' ? end : undefined;
    const endMs = stop === undefined ? Number.POSITIVE_INFINITY : runtime.clock.now() + stop.afterMs;
    const idleTicks = runtime.seed % 3 === 0 ? longIdleTicks : idleTicksMin;
    let sentTicks = 0;
    let hungTicks = 0;
    for (let tick = 0; tick < ticksMax; tick += 1) {
      await this.#tick(Math.min(batchMs, endMs - runtime.clock.now()));
      if (runtime.isDead) return 'dead';
      if (ssc.getState() === 'STOPPED') return 'stopped';
      if (stop !== undefined && runtime.clock.now() >= endMs) return this.#stop(ssc, stop.isGraceful, 'stopped');
      hungTicks = this.#world?.isHanging === true ? hungTicks + 1 : 0;
      if (hungTicks > hungTicksMax) return this.#stop(ssc, false, 'stopped');
      sentTicks = this.#world?.isSent === true ? sentTicks + 1 : 0;
      if (sentTicks > idleTicks && hungTicks === 0) return this.#stop(ssc, true, 'sent');
    }
    throw new BrokenLaw('a program ends without further faults', `it has not sent all rows after ${ticksMax} ticks`);
  }

  async #tick(ms: number): Promise<void> {
    const { runtime, outside } = this.#options;
    outside.faults.nextTick();
    const jump = outside.faults.jump();
    this.#world?.send();
    if (jump === undefined) await runtime.clock.advance(ms);
    else await runtime.clock.jump(jump.ms);
    this.#world?.breakSockets();
    this.#look();
    outside.check();
  }

  async #stop(ssc: StreamingContext, isGraceful: boolean, end: LifeEnd): Promise<LifeEnd> {
    const { runtime, program } = this.#options;
    const outcome = note(ssc.stop({ stopGracefully: isGraceful }));
    for (let tick = 0; outcome.of === undefined && !runtime.isDead; tick += 1) {
      await runtime.clock.advance(program.batchMs);
      if (tick > stopTicksMax) throw new BrokenLaw('a process does what it is told', 'a stop has not ended');
    }
    if (runtime.isDead) return 'dead';
    if (outcome.of !== undefined && 'error' in outcome.of && !isOfFault(outcome.of.error)) {
      throw new BrokenLaw('a process does what it is told', `stop() threw ${messageOf(outcome.of.error)}`);
    }
    return end;
  }

  /** A storage that fails may keep a program from giving the directory back; then no other of its process has it. */
  #isLockLeft(error: unknown): boolean {
    const isOwned = error instanceof FiresteelError && error.code === 'CHECKPOINT.OWNED';
    return isOwned && this.#options.outside.faults.met.some(({ kind }) => kind === 'storage fails');
  }

  /** The states that it goes through. */
  #look(): void {
    const { runtime, given } = this.#options;
    if (runtime.isDead || this.#ssc === undefined) return;
    const state = this.#ssc.getState();
    const order: readonly StreamingContextState[] = ['INITIALIZED', 'ACTIVE', 'STOPPED'];
    if (order.indexOf(state) < order.indexOf(this.#state)) this.#broke(`it was ${this.#state}, and then ${state}`);
    this.#state = state;
    const isActive = StreamingContext.getActive({ runtime: given }) === this.#ssc;
    if (isActive !== (state === 'ACTIVE')) this.#broke(`it is ${state}, and ${isActive ? '' : 'not '}the active one`);
  }

  #broke(difference: string): never {
    throw new BrokenLaw('a program goes from INITIALIZED to ACTIVE to STOPPED', difference);
  }
}

type Outcome<R> = { readonly value: R } | { readonly error: unknown };

/** What a promise comes to; undefined until it does. */
function note<R>(promise: Promise<R>): { readonly of: Outcome<R> | undefined } {
  const noted: { of: Outcome<R> | undefined } = { of: undefined };
  promise.then(
    (value) => {
      noted.of = { value };
    },
    (error: unknown) => {
      noted.of = { error };
    },
  );
  return noted;
}

/** Whether a fault of the simulation is behind an error, or the end of a batch that hung. */
function isOfFault(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof SimulatedFault) return true;
    if (each instanceof AggregateError && each.errors.some(isOfFault)) return true;
    if (each instanceof FiresteelError && codesOfFaults.includes(each.code)) return true;
  }
  return false;
}

const codesOfFaults: readonly string[] = ['STORAGE.FAILED', 'JOB.ABORTED'];

/** How long an output may hang before somebody stops the program. */
const hungTicksMax = 5;
/** How many ticks there are behind the last row, so that windows and time-outs see their ends. */
const idleTicksMin = 4;
/** Enough for all that was received to be cleaned away, and for another process to find nothing of it. */
const longIdleTicks = 14;
/** More than a graceful stop and all that comes after it may take. */
const stopTicksMax = 100;

/** What of a message is looked at. */
interface Heard {
  readonly type: string;
  readonly error: unknown;
}
