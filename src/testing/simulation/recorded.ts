import { blockFromBytes } from '../../checkpoint/block-record.ts';
import { type Began, kinds, payloadOf, type Sealed, type Withdrawn } from '../../checkpoint/entries.ts';
import { readLog } from '../../checkpoint/read-log.ts';
import { messageOf } from '../../core/errors.ts';
import { MemoryStorage } from '../../core/memory-storage.ts';
import type { TestRuntime } from '../../core/test-runtime.ts';
import type { BatchPlan } from '../../graph/batch-log.ts';
import type { Block } from '../../rdd/block.ts';
import { BrokenLaw } from './broken-law.ts';

/** What the log of a program has said, read behind each process: later ones take away what they no longer need. */
export class Recorded {
  began: Began | undefined;
  readonly plans: Map<number, BatchPlan> = new Map();
  /** By source and id. */
  readonly blocks: Map<string, Block> = new Map();
  /** The batches whose plans the log has now: of those that were planned and are not there any more, all is done. */
  #kept: ReadonlySet<number> = new Set();
  /** The blocks that the log has now and that were not taken back, by source and id. */
  #stored: ReadonlySet<string> = new Set();
  /** What is still to be done of a batch, as the log says now. */
  #failed = new Map<number, readonly string[]>();

  /** Takes in what the log says now. @throws BrokenLaw */
  async read(runtime: TestRuntime, folder: string): Promise<void> {
    const plans = new Map<number, BatchPlan>();
    const failed = new Map<number, readonly string[]>();
    const stored = new Set<string>();
    const storage = new MemoryStorage(runtime.clock, undefined, runtime.storage);
    const onRecord: Parameters<typeof readLog>[0]['onRecord'] = (record) => {
      switch (record.kind) {
        case kinds.began: {
          const began = payloadOf<Began>(record);
          if (this.began?.life !== began.life) for (const each of [this.plans, plans, failed, stored]) each.clear();
          this.began = began;
          break;
        }
        case kinds.planned: {
          const plan = payloadOf<BatchPlan>(record);
          plans.set(plan.timeMs, plan);
          break;
        }
        case kinds.sealed: {
          const sealed = payloadOf<Sealed>(record);
          failed.set(sealed.timeMs, sealed.failed);
          break;
        }
        case kinds.block: {
          const { source, block } = blockFromBytes(Buffer.from(record.payload));
          this.blocks.set(`${source} ${block.id}`, block);
          stored.add(`${source} ${block.id}`);
          break;
        }
        case kinds.withdrawn: {
          const { source, blocks } = payloadOf<Withdrawn>(record);
          for (const id of blocks) stored.delete(`${source} ${id}`);
          break;
        }
      }
    };
    try {
      await readLog({ storage, folder, tell: () => undefined, onRecord });
    } catch (error) {
      throw new BrokenLaw('the log can be read', messageOf(error), { cause: error });
    }
    // A crash may have taken the last ones, which nobody had relied on.
    const lastMs = Math.max(...plans.keys());
    for (const timeMs of this.plans.keys()) if (timeMs > lastMs) this.plans.delete(timeMs);
    for (const [timeMs, plan] of plans) this.plans.set(timeMs, plan);
    this.#kept = new Set(plans.keys());
    this.#stored = stored;
    this.#failed = failed;
  }

  /** Whether an output, by its number, is done with a batch for good. */
  isDone(output: number, timeMs: number): boolean {
    const failed = this.#failed.get(timeMs);
    if (failed === undefined) return this.plans.has(timeMs) && !this.#kept.has(timeMs);
    const id = this.began?.outputs[output];
    return id === undefined || !failed.includes(id);
  }

  /** The blocks that are in no batch yet, by source and id. */
  get unplanned(): readonly string[] {
    const inputs = [...this.plans.values()].flatMap((plan) => plan.inputs);
    const planned = new Set(inputs.flatMap(({ source, blocks = [] }) => blocks.map((id) => `${source} ${id}`)));
    return [...this.#stored].filter((name) => !planned.has(name));
  }

  /** Whether every batch is done. */
  get isComplete(): boolean {
    const isOver = (timeMs: number): boolean => !this.#kept.has(timeMs) || this.#failed.get(timeMs)?.length === 0;
    return this.plans.size > 0 && [...this.plans.keys()].every(isOver);
  }
}
