import type { LifeModel, StreamModel } from './model.ts';

/** How long a batch is in a world whose clock the test moves. */
export const batchMs = 1000;

/** What time brings to the model, where batches take none: it all happens at the beats of one clock. */
export class Clockwork {
  readonly #model: LifeModel;
  #nowMs = 0;

  constructor(model: LifeModel) {
    this.#model = model;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** What has nothing left to do ends. */
  settle(): void {
    for (let active = this.#model.active; active !== undefined && isAtEnd(active); active = this.#model.active) {
      this.#model.finish(active);
    }
  }

  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    this.settle();
    while (this.#nextMs <= untilMs) {
      this.#nowMs = this.#nextMs;
      for (const wait of this.#model.waits) {
        if (wait.dueMs === this.#nowMs) wait.outcome ??= 'false';
      }
      const { active } = this.#model;
      if (active !== undefined && this.#nowMs % batchMs === 0) this.#beat(active);
      this.settle();
    }
    this.#nowMs = untilMs;
  }

  /** When something happens next; a time that is waited for never falls on a beat. */
  get #nextMs(): number {
    const due = this.#model.waits.filter(({ dueMs = 0 }) => dueMs > this.#nowMs).map(({ dueMs = 0 }) => dueMs);
    return Math.min(...due, (Math.floor(this.#nowMs / batchMs) + 1) * batchMs);
  }

  #beat(active: StreamModel): void {
    active.hasRows = false;
    active.awaitsBatch = false;
    for (const output of active.outputs) this.#model.outputRan(active, output);
    this.#model.batchCompleted(active);
  }
}

function isAtEnd({ state, isHurried, awaitsBatch }: StreamModel): boolean {
  return state === 'STOPPING' && (isHurried || !awaitsBatch);
}
