import type { Runtime } from '../core/runtime.ts';
import type { Tell } from './facts.ts';
import { History } from './history.ts';
import { type Lock, lockFolder } from './lock.ts';
import { Log } from './log.ts';
import { segmentName } from './read-log.ts';
import { snapshotName } from './snapshots.ts';

/** What a checkpoint directory is opened with. */
export interface DirectoryOptions {
  readonly runtime: Pick<Runtime, 'storage' | 'processes' | 'random' | 'clock'>;
  readonly folder: string;
  readonly tell: Tell;
}

/** A checkpoint directory that is ours. */
export interface Directory {
  readonly folder: string;
  readonly lock: Lock;
  readonly log: Log;
  /** What the log said when it was opened. */
  readonly history: History;
}

/** Whether there is anything in it; a directory that is not there has nothing. */
export async function isEmptyDirectory({ runtime, folder }: DirectoryOptions): Promise<boolean> {
  return (await runtime.storage.list(folder)).length === 0;
}

/**
 * Takes a directory and reads its log.
 *
 * @throws StateError (CHECKPOINT.OWNED, CHECKPOINT.BAD_LOCK, CHECKPOINT.CORRUPT, CHECKPOINT.SEGMENT_MISSING,
 *   CHECKPOINT.NEWER_FORMAT); then it is free again, unless somebody else has it
 */
export async function openDirectory(options: DirectoryOptions): Promise<Directory> {
  const { runtime, folder, tell } = options;
  const { storage } = runtime;
  const lock = await lockFolder(options);
  try {
    const history = new History();
    const log = await Log.open({
      storage,
      folder,
      tell,
      onRecord: (record, segment) => history.hear(record, segment),
    });
    return { folder, lock, log, history };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Moves what cannot be read into a folder of its own, for somebody to look at. @throws StateError as lockFolder */
export async function setAside(options: DirectoryOptions): Promise<void> {
  const { runtime, folder } = options;
  const { storage, clock } = runtime;
  const lock = await lockFolder(options);
  try {
    for (const { name } of await storage.list(folder)) {
      const isOurs = segmentName.numbersIn([name]).length > 0 || snapshotName.numbersIn([name]).length > 0;
      if (isOurs) await storage.rename(`${folder}/${name}`, `${folder}/unreadable-${clock.now()}/${name}`);
    }
    await storage.sync(folder);
  } finally {
    await lock.release();
  }
}
