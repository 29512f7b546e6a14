import type { Posted } from '../../core/bus.ts';
import type { Block } from '../../rdd/block.ts';

/** What of a message is looked at. */
interface BlockMessage {
  readonly type: string;
  readonly block?: Block;
  readonly isRepeatable?: boolean;
  readonly blocks?: readonly Block[];
}

/** How many rows of `storeBlock` each receiver holds: in blocks on their way, and in batches that have not ended. */
export class HeldRows {
  readonly #max: number;
  /** By input, then by block. */
  readonly #held = new Map<string, Map<string, number>>();
  /** The receivers whose run ends: what was under way then is taken in, whatever is held. */
  readonly #ending = new Set<string>();

  /** @param max when so many are held no further block is taken */
  constructor(max: number) {
    this.#max = max;
  }

  /** Hears every message there is. @returns what is wrong with it, where something is */
  hear({ from, to, message }: Posted): string | undefined {
    const { type, block, isRepeatable, blocks = [] } = message as BlockMessage;
    if (type === 'receiver.stop') this.#ending.add(to);
    if (type === 'receiver.start') this.#ending.delete(to);
    if (type === 'block.freed' || type === 'block.refused') for (const { id } of blocks) this.#of(id).delete(id);
    if (type !== 'block.stored' || block === undefined || isRepeatable !== true) return undefined;
    const held = this.#of(block.id);
    // It is handed on when it is safe.
    if (held.has(block.id)) return undefined;
    let rows = 0;
    for (const count of held.values()) rows += count;
    held.set(block.id, block.valueCount);
    if (rows < this.#max || this.#ending.has(from)) return undefined;
    return `${block.id} came where ${rows} rows were held, and ${this.#max} may be`;
  }

  #of(id: string): Map<string, number> {
    const input = id.slice(0, id.lastIndexOf('-'));
    const held = this.#held.get(input) ?? new Map<string, number>();
    this.#held.set(input, held);
    return held;
  }
}
