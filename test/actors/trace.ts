import type { Message, Posted } from '../../src/core/bus.ts';

/** Messages as lines that people read: `clock → input:0:socketTextStream  batch.tick 1000`. */
export class Trace {
  readonly #now: () => number;
  readonly #lines: string[] = [];
  #lastMs: number | undefined;

  /** @param now the time, in milliseconds; a line of its own says when it has moved */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** For `ssc.onMessage`. */
  readonly note = ({ from, to, message }: Posted): void => {
    const nowMs = this.#now();
    if (nowMs !== this.#lastMs) this.#lines.push(`at ${nowMs} ms`);
    this.#lastMs = nowMs;
    this.#lines.push(`  ${`${from} → ${to}`.padEnd(wayWidth)}${textOf(message)}`);
  };

  /** What was noted since the last call. */
  take(): string {
    this.#lastMs = undefined;
    return this.#lines.splice(0).join('\n');
  }
}

const wayWidth = 50;

/** A message and what tells it from the next of its type: `block.stored input-0-0 (2 rows)`. */
export function textOf(message: Message): string {
  return [message.type, ...factsOf(message as unknown as Readonly<Record<string, unknown>>)].join(' ');
}

function factsOf(message: Readonly<Record<string, unknown>>): readonly string[] {
  const { timeMs, lastTimeMs, isOnceMore, hasMore, isGraceful, block, blocks, delayMs, batches, info, plan } = message;
  const facts: string[] = [timeMs, lastTimeMs].filter((time) => time !== undefined).map(String);
  if (isOnceMore !== undefined) facts.push(isOnceMore === true ? 'once more' : 'at once');
  if (hasMore !== undefined) facts.push(hasMore === true ? 'has more' : 'has no more');
  if (isGraceful !== undefined) facts.push(isGraceful === true ? 'with grace' : 'without grace');
  if (delayMs !== undefined) facts.push(`in ${delayMs} ms`);
  if (Array.isArray(batches)) facts.push(`${batches.length} batches`);
  const named = [
    block ?? [],
    blocks ?? (plan as { readonly blocks?: readonly string[] } | undefined)?.blocks ?? [],
  ].flat();
  facts.push(...named.filter((each) => typeof each !== 'string').map(factsOfBlock));
  if (typeof info === 'object' && info !== null) facts.push(...factsOfInfo(info as Readonly<Record<string, unknown>>));
  facts.push(...named.filter((each) => typeof each === 'string'));
  if (typeof message['message'] === 'string') facts.push(`'${message['message']}'`);
  return facts;
}

function factsOfBlock(block: unknown): string {
  const { id, rowCount } = block as { readonly id: string; readonly rowCount: number };
  return `${id} (${rowCount} rows)`;
}

function factsOfInfo({ timeMs, batchTimeMs, id, streamId, numRecords }: Readonly<Record<string, unknown>>): string[] {
  const facts = [timeMs, batchTimeMs].filter((time) => time !== undefined).map(String);
  if (id !== undefined) facts.push(`output ${id}`);
  if (streamId !== undefined) facts.push(`stream ${streamId}`);
  if (numRecords !== undefined) facts.push(`${numRecords} rows`);
  return facts;
}
