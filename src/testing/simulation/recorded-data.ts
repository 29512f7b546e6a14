import { isDeepStrictEqual } from 'node:util';
import { previewOf } from '../../core/preview.ts';
import type { Row } from '../../core/row.ts';
import type { InputPlan } from '../../graph/batch-log.ts';
import type { Block } from '../../rdd/block.ts';
import { BrokenLaw } from './broken-law.ts';
import type { Recorded } from './recorded.ts';
import type { BatchData, RecordedData } from './reference.ts';
import type { Sender } from './sender.ts';
import { rowsOfTime } from './timed-source.ts';

/**
 * What each batch had by the log, held against what was sent.
 *
 * @param mayLose whether a connection broke, or the process at its end: what was in it is lost
 * @throws BrokenLaw
 */
export function recordedData(recorded: Recorded, senders: Iterable<Sender>, mayLose: boolean): RecordedData {
  const data = new Map<string, ReadonlyMap<number, BatchData>>();
  const timesMs = timesOf(recorded);
  for (const sender of senders) {
    const batches = new Map<number, BatchData>();
    let from = 0;
    for (const timeMs of timesMs) {
      const plan = recorded.plans.get(timeMs)?.inputs.find(({ source }) => source === sender.name);
      if (plan === undefined) throw new BrokenLaw('no batch is left out', `${timeMs} ms has nothing of ${sender.name}`);
      if (sender.kind === 'timed') {
        batches.set(timeMs, { rows: rowsOfTime(sender, timeMs, recorded.began?.batchMs ?? 0) });
      } else if (plan.blocks === undefined) {
        const to = plan.position as number;
        batches.set(timeMs, { rows: sender.rows.slice(from, to) });
        if (to < from) throw new BrokenLaw('each row is in one batch', `${sender.name} went back at ${timeMs} ms`);
        from = to;
      } else batches.set(timeMs, { blocks: blocksOf(plan, timeMs, recorded) });
    }
    const seen = [...batches.values()].flatMap(rowsOf);
    if (sender.kind !== 'timed') checkRows(sender, seen, mayLose && sender.kind === 'socket');
    data.set(sender.name, batches);
  }
  return data;
}

/** The times of all batches, in order. @throws BrokenLaw where one is missing */
export function timesOf({ plans, began }: Recorded): readonly number[] {
  const timesMs = [...plans.keys()].sort((a, b) => a - b);
  let lastMs = began?.zeroTimeMs ?? 0;
  for (const timeMs of timesMs) {
    const nextMs = lastMs + (began?.batchMs ?? 0);
    if (timeMs !== nextMs) throw new BrokenLaw('no batch is left out', `behind ${lastMs} ms comes ${timeMs} ms`);
    lastMs = timeMs;
  }
  return timesMs;
}

function blocksOf({ source, blocks = [] }: InputPlan, timeMs: number, recorded: Recorded): readonly Block[] {
  return blocks.map((id) => {
    const block = recorded.blocks.get(`${source} ${id}`);
    if (block === undefined) {
      throw new BrokenLaw('no batch is left out', `${timeMs} ms has block ${id} of ${source}, which was never written`);
    }
    return block;
  });
}

function rowsOf(batch: BatchData): readonly Row[] {
  if ('rows' in batch) return batch.rows;
  return batch.blocks.flatMap(({ chunks }) =>
    chunks.flatMap((chunk) => {
      if (chunk.kind === 'rows') return chunk.rows as readonly Row[];
      return chunk.bytes.toString().split('\n').slice(0, chunk.rowCount);
    }),
  );
}

/** Each row, in order; some may be missing where rows may be lost. */
function checkRows({ name, rows }: Sender, seen: readonly Row[], mayLose: boolean): void {
  let next = 0;
  for (const row of seen) {
    const from = next;
    while (next < rows.length && !isDeepStrictEqual(rows[next], row)) next += 1;
    const isSkipped = next > from && !mayLose;
    if (next < rows.length && !isSkipped) next += 1;
    else {
      const right = from < rows.length ? previewOf(rows[from]) : 'the end';
      throw new BrokenLaw('each row is in one batch', `${name} has ${previewOf(row)} where ${right} comes`);
    }
  }
  if (next < rows.length && !mayLose) {
    throw new BrokenLaw('each row is in one batch', `${name} lacks ${previewOf(rows[next])} and all behind it`);
  }
}
