import type { Address } from '../core/bus.ts';
import type { Runtime } from '../core/runtime.ts';
import type { BatchLog, BatchOutcome, BatchPlan, StatesOf } from '../graph/batch-log.ts';
import type { DurableId } from '../graph/durable-ids.ts';
import type { StageNode } from '../graph/graph.ts';
import type { Planning } from '../graph/planning.ts';
import { activity, type Behaviour, contextAddress, type Post } from './define-actor.ts';
import type { CheckpointerMessage } from './messages.ts';

/** What a checkpointer is made of. */
export interface CheckpointerOptions {
  readonly runtime: Runtime;
  readonly planning: Planning;
  readonly log: BatchLog;
  /** What keeps state. */
  readonly states: ReadonlyMap<StageNode, DurableId>;
  /** Who remembers batches: inputs and stages. */
  readonly memories: readonly Address[];
  readonly scheduler: Address;
  readonly drain: Address;
}

/**
 * Writes batches down: what they are made of, before their outputs run; what became of them, before anybody forgets
 * them.
 *
 * When the log cannot be written, the program ends: it could lose what it goes on with.
 */
export function checkpointer(options: CheckpointerOptions, post: Post): Behaviour<CheckpointerMessage> {
  return new Checkpointer(options, post);
}

class Checkpointer implements Behaviour<CheckpointerMessage> {
  readonly on: Behaviour<CheckpointerMessage>['on'];
  readonly #options: CheckpointerOptions;
  readonly #post: Post;
  #snapshot: Promise<void> | undefined;
  #hasFailed = false;

  constructor(options: CheckpointerOptions, post: Post) {
    this.#options = options;
    this.#post = post;
    this.on = {
      'batch.planned': ({ plan }) => this.#plan(plan),
      'batch.over': ({ timeMs, failed }) => this.#seal(timeMs, failed),
      'checkpoint.close': () => this.#close(),
    };
  }

  #plan(plan: BatchPlan): void {
    const { log, scheduler } = this.#options;
    this.#write(`the plan of ${plan.timeMs} ms`, async () => {
      await log.planned(plan);
      this.#post(scheduler, { type: 'batch.logged', timeMs: plan.timeMs });
    });
  }

  #seal(timeMs: number, failed: readonly DurableId[]): void {
    const { log, memories } = this.#options;
    // Its changes are taken now: those of the batches behind it are theirs.
    const outcome = this.#outcome(timeMs, failed);
    this.#write(`the outcome of ${timeMs} ms`, async () => {
      await log.sealed(outcome);
      for (const node of memories) this.#post(node, { type: 'batch.sealed', timeMs });
      this.#takeSnapshot();
    });
  }

  #outcome(timeMs: number, failed: readonly DurableId[]): BatchOutcome {
    const { states, planning } = this.#options;
    const changes = [...states].flatMap(([node, state]) => {
      const isReadAgain = failed.length > 0 || planning.memories.get(node)?.rememberMs !== undefined;
      const taken = planning.stores.get(node)?.takeChanges(timeMs, isReadAgain) ?? [];
      return taken.map((change) => ({ state, ...change }));
    });
    return { timeMs, failed, changes };
  }

  #takeSnapshot(): void {
    const { log } = this.#options;
    if (!log.isSnapshotDue || this.#snapshot !== undefined) return;
    this.#write('a snapshot', () => {
      this.#snapshot = log
        .snapshot(() => this.#images())
        .finally(() => {
          this.#snapshot = undefined;
        });
      return this.#snapshot;
    });
  }

  async #images(): Promise<readonly StatesOf[] | undefined> {
    const { states, planning } = this.#options;
    const all: StatesOf[] = [];
    for (const [node, state] of states) {
      const images = await planning.stores.get(node)?.images();
      if (images === undefined) return undefined;
      all.push({ state, images });
    }
    return all;
  }

  #close(): void {
    const { log, drain, runtime } = this.#options;
    activity(runtime, 'the end of the checkpoint', this.#post, async () => {
      try {
        await log.close();
      } catch (error) {
        this.#fail(error);
      }
      this.#post(drain, { type: 'checkpoint.closed' });
    });
  }

  #write(what: string, write: () => Promise<void>): void {
    activity(this.#options.runtime, `the checkpoint of ${what}`, this.#post, async () => {
      try {
        await write();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** Told once: what is written behind it fails for the same reason. */
  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#post(contextAddress, { type: 'error.reported', error });
    this.#post(contextAddress, { type: 'program.failed' });
  }
}
