import { differenceOf } from '../compare.ts';
import { BrokenLaw } from './broken-law.ts';
import type { ReferenceOutputs } from './reference.ts';
import type { SinkBook } from './sink-book.ts';

/** All that was written is what the batches make, and nothing is missing. @throws BrokenLaw */
export function checkWritten(sinks: Iterable<SinkBook>, outputs: ReferenceOutputs): void {
  for (const { name, written, aside } of sinks) {
    const expected = outputs.get(name) ?? new Map();
    for (const { timeMs, rows } of written) {
      const right = expected.get(timeMs);
      if (right === undefined) {
        throw new BrokenLaw('what is written is what the batch makes', `${name} has nothing to write at ${timeMs} ms`);
      }
      const difference = differenceOf(rows, right);
      if (difference !== undefined) {
        throw new BrokenLaw('what is written is what the batch makes', `${name} at ${timeMs} ms ${difference}`);
      }
    }
    const times = new Set(written.map(({ timeMs }) => timeMs));
    for (const timeMs of expected.keys()) {
      if (times.has(timeMs) || aside.has(timeMs)) continue;
      throw new BrokenLaw('each batch is written', `${name} has nothing at ${timeMs} ms`);
    }
  }
}
