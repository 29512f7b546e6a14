import type { CheckpointFact } from '../../src/checkpoint/facts.ts';
import { Log, type LogOptions } from '../../src/checkpoint/log.ts';
import type { LogRecord } from '../../src/checkpoint/record.ts';
import type { Storage } from '../../src/core/storage.ts';

/** A record of kind 1 with a text. */
export const record = (text: string): LogRecord => ({ kind: 1, payload: Buffer.from(text) });

/** A log, and what was heard while it was opened. */
export interface Opened {
  readonly log: Log;
  /** The texts of the records. */
  readonly texts: readonly string[];
  /** The segment of each record. */
  readonly segments: readonly number[];
  readonly facts: readonly CheckpointFact[];
}

/** Opens the log in a folder. */
export async function openLog(
  storage: Storage,
  options: Partial<Pick<LogOptions, 'folder' | 'from' | 'segmentBytesMax'>> = {},
): Promise<Opened> {
  const texts: string[] = [];
  const segments: number[] = [];
  const facts: CheckpointFact[] = [];
  const log = await Log.open({
    storage,
    folder: '/log',
    onRecord: ({ payload }, segment) => {
      texts.push(Buffer.from(payload).toString());
      segments.push(segment);
    },
    tell: (fact) => facts.push(fact),
    ...options,
  });
  return { log, texts, segments, facts };
}

/** The names of the files in a folder. */
export async function namesIn(storage: Storage, folder = '/log'): Promise<readonly string[]> {
  return (await storage.list(folder)).map(({ name }) => name);
}

/** Puts these bytes in the place of a file's. */
export async function replace(storage: Storage, path: string, bytes: Uint8Array): Promise<void> {
  await storage.remove(path);
  await storage.append(path, bytes);
}
