import type { CheckpointFact } from '../../src/checkpoint/facts.ts';
import { Log, type LogOptions } from '../../src/checkpoint/log.ts';
import type { LogRecord } from '../../src/checkpoint/record.ts';
import type { Storage } from '../../src/core/storage.ts';
import type { TestRuntime } from '../../src/core/test-runtime.ts';

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

/** The same world, which counts the calls of its storage. */
export function counting(runtime: TestRuntime): {
  readonly runtime: TestRuntime;
  readonly calls: Readonly<Record<string, number>>;
} {
  const calls: Record<string, number> = {};
  const storage = new Proxy(runtime.storage, {
    get: (real, name: keyof Storage) => {
      const call: unknown = real[name];
      if (typeof call !== 'function') return call;
      return (...given: unknown[]): unknown => {
        calls[name] = (calls[name] ?? 0) + 1;
        return call.apply(real, given);
      };
    },
  });
  return { runtime: { ...runtime, storage }, calls };
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
