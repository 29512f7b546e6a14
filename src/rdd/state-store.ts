import { assert, JobError, messageOf, StateError } from '../core/errors.ts';
import { encodeKey } from '../core/keys.ts';
import { previewOf } from '../core/preview.ts';
import { CallFailure, ReturnedPromise } from '../state/call-failure.ts';
import type { Keeper } from '../state/keeper.ts';
import { KeyIndex } from '../state/key-index.ts';
import { emptyRedo, firstUnplain, isEmptyRedo, type Redo, unplainIn } from '../state/redo.ts';
import { VersionedTable } from '../state/versioned-table.ts';
import { Pace, type Work } from '../state/work.ts';
import { Chunks } from './chunk.ts';
import type { Engine } from './engine.ts';
import type { Task } from './executor.ts';
import { jobErrorOf } from './failure.ts';
import { JobScope } from './job-scope.ts';
import { StepFailure, StepMistake } from './loop.ts';
import { dataPlan } from './make-plan.ts';
import { type Partitioner, placeOfKey } from './partitioner.ts';
import { type Computation, type Plan, partitionsOf } from './plan.ts';
import { allRows } from './read.ts';
import type { Reading } from './reading.ts';
import { runTasks } from './run-tasks.ts';
import { prepare } from './shuffle.ts';
import { StateHistory, type WrittenChange } from './state-history.ts';
import type { Label } from './step.ts';

/** What an operator keeps from batch to batch, as it declares it. */
export interface StateKind {
  /** Where keys are kept. */
  partitioner(defaultParallelism: number): Partitioner;
  /** A keeper for each partition, of tables that are empty. */
  keepers(tables: readonly VersionedTable[], partitioner: Partitioner): readonly Keeper[];
  /** How far back anything matters; a batch that could not be read is passed over when it is older. */
  readonly windowMs: number | undefined;
}

/** Pairs of the parent at a time; in whatever partitions. */
export interface PlannedArrival {
  readonly timeMs: number;
  readonly plan: Plan;
}

/** A step that is planned: nothing of it is computed. */
interface PlannedStep {
  readonly timeMs: number;
  readonly arrivals: readonly PlannedArrival[];
  readonly initial: Plan | undefined;
}

export type { Redo } from '../state/redo.ts';

/** What a step did to one partition. */
export interface Change {
  readonly timeMs: number;
  readonly partition: number;
  /** The redo, without results. */
  readonly bytes: Uint8Array;
  /** The rows that the step gave beside the entries, where they were asked for. */
  readonly results?: readonly unknown[];
}

/** All state of one partition as it was at a moment, in pieces. */
export interface StateImage {
  /** The version. */
  readonly timeMs: number;
  readonly partition: number;
  pieces(): Iterable<Redo>;
}

/** What is planned, and the rows of each of its partitions. */
interface Fed {
  readonly plan: Plan;
  readonly parts: readonly (readonly unknown[])[];
}

/** What a store is made of. */
export interface StateStoreOptions {
  readonly kind: StateKind;
  readonly label: Label;
  readonly engine: Engine;
  /** How many partitions there are unless the program says. */
  readonly parallelism: number;
  /** The version in which there is nothing but what the history has. */
  readonly startMs: number;
  /** How many steps may wait behind one that fails. */
  readonly pendingMax: number;
  /** How a change is made bytes, where somebody asks for the changes of its steps by `takeChanges`. */
  readonly toBytes: ((redo: Redo) => Work<Uint8Array>) | undefined;
  /** What earlier processes did to it, in order of time. */
  readonly history: readonly WrittenChange[];
}

/**
 * What a stateful operator keeps: planned step by step, brought from version to version by the jobs of batches.
 *
 * A step is worked out by all partitions before any of them takes it over. One that failed is tried again by the next
 * batch, before its own: none is left out, none is applied twice.
 */
export class StateStore {
  readonly partitioner: Partitioner;
  readonly #options: StateStoreOptions;
  readonly #index: KeyIndex;
  readonly #keepers: readonly Keeper[];
  #planned: PlannedStep[] = [];
  /** What is to be done again. */
  readonly #history: StateHistory;
  #changes: Change[] = [];
  #plannedMs: number;
  #appliedMs: number;
  #hasSteps = false;
  /** Why it could not be brought to a time, for all who ask for that time or one before it. */
  #failure: { readonly timeMs: number; readonly error: unknown } | undefined;
  /** Why a window has no version of a time: the next one could be made without it. */
  readonly #skipped = new Map<number, unknown>();
  #underWay: Promise<void> | undefined;
  #turn: Promise<void> | undefined;
  #releasedMs = Number.NEGATIVE_INFINITY;

  constructor(options: StateStoreOptions) {
    this.#options = options;
    this.partitioner = options.kind.partitioner(options.parallelism);
    const { numPartitions } = this.partitioner;
    this.#index = new KeyIndex();
    const tables = Array.from({ length: numPartitions }, (_, i) => new VersionedTable(options.startMs, this.#index, i));
    this.#keepers = options.kind.keepers(tables, this.partitioner);
    this.#plannedMs = options.startMs;
    this.#appliedMs = options.startMs;
    this.#history = new StateHistory(options.history);
    this.#hasSteps = options.history.length > 0;
  }

  /** The last time for which the operator has answered. */
  get plannedMs(): number {
    return this.#plannedMs;
  }

  /** Whether there has been a step: before, there is no version at all. */
  get hasSteps(): boolean {
    return this.#hasSteps;
  }

  /** How far back anything matters. */
  get windowMs(): number | undefined {
    return this.#options.kind.windowMs;
  }

  /** Runs f when those before it have ended: times are planned one at a time, whoever asks for them. */
  inTurn<R>(f: () => R | Promise<R>): R | Promise<R> {
    const made = this.#turn === undefined ? f() : this.#turn.then(f);
    if (!(made instanceof Promise)) return made;
    const ended = made.then(
      () => undefined,
      () => undefined,
    );
    this.#turn = ended;
    void ended.then(() => {
      if (this.#turn === ended) this.#turn = undefined;
    });
    return made;
  }

  /** The operator has answered for a time, with a step or without. */
  answered(timeMs: number): void {
    this.#plannedMs = Math.max(this.#plannedMs, timeMs);
  }

  /** Plans the step that makes the version of a time. */
  plan(timeMs: number, arrivals: readonly PlannedArrival[], initial: Plan | undefined): void {
    this.#hasSteps = true;
    this.#planned.push({ timeMs, arrivals, initial });
  }

  /**
   * Makes the version of this time, and those before it that are still to be made; once, whoever asks.
   *
   * @throws JobError what a function of the program threw; StateError (STATE.STEPS_WAIT) when too many steps wait
   */
  async bring(timeMs: number, reading: Reading): Promise<void> {
    for (;;) {
      if (this.#skipped.has(timeMs)) throw this.#skipped.get(timeMs);
      if (this.#appliedMs >= timeMs) return;
      // What failed in a batch is tried again by the next one, and not by another job of the same.
      if (this.#failure !== undefined && timeMs <= this.#failure.timeMs) throw this.#failure.error;
      this.#underWay ??= this.#apply(timeMs, reading).finally(() => {
        this.#underWay = undefined;
        this.release(this.#releasedMs);
      });
      await this.#underWay; // It tells by what it leaves behind.
      if (reading.job.signal.aborted) throw reading.job.abortError();
    }
  }

  /**
   * What its steps up to a time have done since this was asked last, where there is `toBytes`.
   *
   * @param withResults whether what they gave beside the entries is wanted too; it must not be released yet
   * @throws StateError (CHECKPOINT.NOT_PLAIN)
   */
  takeChanges(timeMs: number, withResults: boolean): readonly Change[] {
    const taken = this.#changes.filter((change) => change.timeMs <= timeMs);
    this.#changes = this.#changes.filter((change) => change.timeMs > timeMs);
    return withResults ? taken.map((change) => this.#withResults(change)) : taken;
  }

  /** All of it as it is behind the last step; undefined while something of its history is still to be done. */
  async images(): Promise<readonly StateImage[] | undefined> {
    while (this.#underWay !== undefined) await this.#underWay;
    if (!this.#history.isDone) return undefined;
    return this.#keepers.map((keeper, partition) => {
      const image = keeper.image();
      return { timeMs: this.#appliedMs, partition, pieces: () => image.pieces() };
    });
  }

  keeper(index: number): Keeper {
    return this.#keepers[index] as Keeper;
  }

  /** Nobody reads this version, or one before it, any more. */
  release(timeMs: number): void {
    this.#releasedMs = Math.max(this.#releasedMs, timeMs);
    for (const skippedMs of this.#skipped.keys()) if (skippedMs <= this.#releasedMs) this.#skipped.delete(skippedMs);
    // A step on its way holds ids that a release might take away.
    if (this.#underWay === undefined) for (const keeper of this.#keepers) keeper.release(this.#releasedMs);
  }

  /** Never rejects: what failed is kept for all who ask. */
  async #apply(timeMs: number, reading: Reading): Promise<void> {
    try {
      await this.#steps(timeMs, reading);
      assert(this.#appliedMs >= timeMs, `a step to ${timeMs} ms is planned`);
      this.#failure = undefined;
    } catch (error) {
      const isAborted = (error as { readonly code?: string }).code === 'JOB.ABORTED';
      if (!isAborted) this.#failure = { timeMs, error: this.#tooManyPlanned(error) ?? error };
    } finally {
      this.#discard();
    }
  }

  /** The steps up to a time. Where nothing outside a window matters, a later one may do without one that fails. */
  async #steps(timeMs: number, reading: Reading): Promise<void> {
    const { windowMs } = this.#options.kind;
    const due = this.#planned.filter((step) => step.timeMs <= timeMs);
    let carried: readonly PlannedArrival[] = [];
    for (const step of due) {
      if (await this.#isRedone(step, reading)) continue;
      const all = [...carried, ...step.arrivals];
      const arrivals = windowMs === undefined ? all : all.filter((each) => each.timeMs > step.timeMs - windowMs);
      try {
        await this.#step({ ...step, arrivals }, timeMs, reading);
        carried = [];
        this.#skipped.delete(step.timeMs);
      } catch (error) {
        if (windowMs === undefined || step === due.at(-1) || reading.job.signal.aborted) throw error;
        this.#discard();
        this.#skipped.set(step.timeMs, error);
        carried = arrivals;
      }
    }
  }

  /** Does again what is written down up to a step; says whether the step was, too. No function is called. */
  async #isRedone({ timeMs }: PlannedStep, { engine }: Reading): Promise<boolean> {
    for (let written = this.#history.next(timeMs); written !== undefined; written = this.#history.next(timeMs)) {
      const { changes } = written;
      await runTasks(
        this.#keepers.map((keeper, partition) => redoing(keeper, written.timeMs, ofPartition(changes, partition))),
        { engine, job: unstoppable() },
      );
      this.#applied(Math.max(this.#appliedMs, written.timeMs));
      if (written.timeMs === timeMs) return true;
    }
    if (timeMs >= this.#history.lastMs) return false;
    // A window had gone on without it, and can be made with it now: from here on all steps are worked out again.
    this.#history.leave();
    return false;
  }

  /** All partitions take the step over, once what they are about to do is bytes, where it is to be written. */
  *#take({ timeMs }: PlannedStep): Task<void> {
    const { toBytes } = this.#options;
    const written: (Uint8Array | undefined)[] = [];
    for (const keeper of toBytes === undefined ? [] : this.#keepers) {
      const redo = yield* keeper.redo({ withResults: false });
      this.#checkPlain(yield* unplainIn(redo));
      written.push(toBytes === undefined || isEmptyRedo(redo) ? undefined : yield* toBytes(redo));
      yield 1;
    }
    for (const keeper of this.#keepers) yield* keeper.commit();
    for (const [partition, bytes] of written.entries()) {
      // That there was a step must be known; that a partition did nothing need not.
      const isTold = partition === 0 || (this.keeper(partition).results?.(timeMs) ?? []).length > 0;
      const told = bytes ?? (isTold && toBytes !== undefined ? yield* toBytes(emptyRedo(timeMs)) : undefined);
      // What is written of a time stays as it is, also where the window could be made better now.
      const isNew = timeMs > this.#history.lastMs;
      if (told !== undefined && isNew) this.#changes.push({ timeMs, partition, bytes: told });
    }
  }

  #withResults(change: Change): Change {
    const results = this.keeper(change.partition).results?.(change.timeMs) ?? [];
    this.#checkPlain(firstUnplain(results));
    return { ...change, results };
  }

  /** @throws StateError (CHECKPOINT.NOT_PLAIN); while a step is made it fails, and state stays as it was */
  #checkPlain(unplain: { readonly value: unknown } | undefined): void {
    if (unplain === undefined) return;
    const { label } = this.#options;
    const facts = { operator: label.name, value: previewOf(unplain.value) };
    throw new StateError('CHECKPOINT.NOT_PLAIN', facts, { at: [`${label.name} (${label.site})`] });
  }

  #applied(timeMs: number): void {
    for (const keeper of this.#keepers) keeper.table.settle();
    this.#appliedMs = timeMs;
    this.#planned = this.#planned.filter((each) => each.timeMs > timeMs);
  }

  #discard(): void {
    for (const keeper of this.#keepers) {
      keeper.discard();
      keeper.table.settle();
    }
  }

  async #step(step: PlannedStep, batchMs: number, reading: Reading): Promise<void> {
    try {
      await this.#work(step, reading);
    } catch (error) {
      const isOwed = step.timeMs !== batchMs && this.#options.kind.windowMs === undefined;
      throw isOwed ? this.#ofEarlier(step, error) : error;
    }
    await runTasks([this.#take(step)], { engine: reading.engine, job: unstoppable() });
    this.#applied(step.timeMs);
  }

  async #work(step: PlannedStep, reading: Reading): Promise<void> {
    const plans = [...(step.initial === undefined ? [] : [step.initial]), ...step.arrivals.map(({ plan }) => plan)];
    for (const plan of plans) await prepare(plan, reading);
    const partitions = plans.flatMap((plan, of) => partitionsOf(plan).map((index) => ({ plan, of, index })));
    const read = await runTasks(
      partitions.map(({ plan, index }) => allRows(plan, index, reading)),
      reading,
    );
    const fed: readonly Fed[] = plans.map((plan, of) => ({
      plan,
      parts: read.filter((_, i) => partitions[i]?.of === of),
    }));
    await runTasks([this.#feed(step, fed, reading)], reading);
    await runTasks(
      this.#keepers.map((keeper) => this.#finish(keeper, step, reading)),
      reading,
    );
  }

  /** Gives every pair to the keeper of its key: in the order of time, then of partitions, then of rows. */
  *#feed(step: PlannedStep, fed: readonly Fed[], reading: Reading): Task<void> {
    const arrived = step.initial === undefined ? fed : fed.slice(1);
    const begun = step.initial === undefined ? [] : fed.slice(0, 1);
    for (const keeper of this.#keepers) keeper.begin(step.timeMs);
    for (const { plan, parts } of begun) for (const rows of parts) yield* this.#feedRows(rows, plan, true, reading);
    for (const [i, { plan, parts }] of arrived.entries()) {
      for (const keeper of this.#keepers) keeper.open?.(step.arrivals[i]?.timeMs ?? step.timeMs);
      for (const rows of parts) yield* this.#feedRows(rows, plan, false, reading);
    }
  }

  *#feedRows(rows: readonly unknown[], plan: Plan, isInitial: boolean, reading: Reading): Task<void> {
    const pace = new Pace();
    let row: unknown;
    try {
      for (row of rows) {
        if (!Array.isArray(row)) throw new StepMistake('not-a-pair', row);
        this.#feedPair(row[0], row[1], isInitial);
        if (pace.isDue) yield* pace.look();
      }
    } catch (error) {
      const failure = error instanceof CallFailure ? error : new CallFailure(error, row);
      throw this.#told(failure, plan, reading);
    }
  }

  /** A key that is known is found with its place; only of a new one the partitioner is asked. */
  #feedPair(key: unknown, value: unknown, isInitial: boolean): void {
    const code = encodeKey(key);
    const known = this.#index.get(code);
    const partition = known === undefined ? placeOfKey(key, this.partitioner) : this.#index.partitionOf(known);
    const keeper = this.#keepers[partition] as Keeper;
    const id = known === undefined ? keeper.table.reserve(code, key) : this.#index.idOf(known);
    if (isInitial) keeper.start?.(id, value);
    else keeper.feed(id, key, value);
  }

  *#finish(keeper: Keeper, step: PlannedStep, reading: Reading): Task<void> {
    try {
      yield* keeper.finish();
    } catch (error) {
      const plan = step.arrivals.at(-1)?.plan ?? dataPlan([], this.#options.label);
      throw error instanceof CallFailure ? this.#told(error, plan, reading) : error;
    }
  }

  #told({ error, row }: CallFailure, plan: Plan, { job }: Reading): unknown {
    const cause = error instanceof ReturnedPromise ? new StepMistake('returned-promise', error.promise) : error;
    return jobErrorOf(new StepFailure(cause, 0, row), this.#options.label, plan, job);
  }

  #ofEarlier({ timeMs }: PlannedStep, cause: unknown): JobError {
    const { label } = this.#options;
    const facts = { operator: label.name, timeMs, message: messageOf(cause) };
    return new JobError('STATE.STEP_FAILED', facts, { at: [`${label.name} (${String(label.site)})`], cause });
  }

  #tooManyPlanned(cause: unknown): StateError | undefined {
    return this.tooMany(this.#planned.length, this.#planned[0]?.timeMs ?? this.#appliedMs, cause);
  }

  /** Why it can wait no longer, where so many batches wait for the first of them. */
  tooMany(waiting: number, sinceMs: number, cause: unknown): StateError | undefined {
    const { kind, pendingMax, label } = this.#options;
    if (kind.windowMs !== undefined || waiting <= pendingMax) return undefined;
    const facts = { operator: label.name, waiting, sinceMs };
    return new StateError('STATE.STEPS_WAIT', facts, { at: [`${label.name} (${String(label.site)})`], cause });
  }
}

/** A commit cannot fail, and must not be stopped half-way: it belongs to no job that could be. */
function unstoppable(): JobScope {
  return JobScope.endless('state', new AbortController().signal);
}

function ofPartition(changes: readonly WrittenChange[], partition: number): readonly WrittenChange[] {
  return changes.filter((change) => change.partition === partition);
}

function* redoing(keeper: Keeper, timeMs: number, changes: readonly WrittenChange[]): Task<void> {
  for (const redo of changes.length === 0 ? [emptyRedo(timeMs)] : changes.map((change) => change.read())) {
    keeper.replay(redo);
    yield* keeper.commit();
  }
}

/** Reads a version of what is kept: its entries, or the rows that its step gave beside them. */
export class VersionReader implements Computation {
  readonly store: StateStore;
  readonly timeMs: number;
  readonly #part: 'entries' | 'results';

  constructor(store: StateStore, timeMs: number, part: 'entries' | 'results') {
    this.store = store;
    this.timeMs = timeMs;
    this.#part = part;
  }

  prepare = (_parents: unknown, _run: unknown, reading: Reading): Promise<void> =>
    this.store.bring(this.timeMs, reading);

  // biome-ignore lint/correctness/useYield: a computation is a task, and this one has nothing to cut
  *compute(index: number): Task<readonly unknown[] | Chunks> {
    const keeper = this.store.keeper(index);
    if (this.#part === 'results') return keeper.results?.(this.timeMs) ?? [];
    return new Chunks(entryChunks(keeper, this.timeMs));
  }
}

function* entryChunks(keeper: Keeper, timeMs: number): Generator<{ readonly kind: 'rows'; readonly rows: unknown[] }> {
  for (const rows of keeper.table.chunks(timeMs)) yield { kind: 'rows', rows };
}
