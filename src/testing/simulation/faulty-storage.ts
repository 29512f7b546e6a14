import { StateError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import type { Storage } from '../../core/storage.ts';

/**
 * A storage of which some calls fail: those for which `fails` says so. An append has written half of its bytes then.
 *
 * Calls take longer or shorter by chance: what goes on beside them is further or less far when they are done.
 */
export function faultyStorage(
  storage: Storage,
  { fails, hangs, onLogRemoved, onDone }: StorageFaults,
  random: Pick<Random, 'below'>,
): Storage {
  const timely = async <R>(call: () => Promise<R>): Promise<R> => {
    const done = await call();
    await onDone();
    for (let turns = random.below(turnsMax + 1); turns > 0; turns -= 1) await undefined;
    return done;
  };
  const unlessFailed = async <R>(action: string, path: string, call: () => Promise<R>): Promise<R> => {
    if (fails()) throw failed(action, path);
    return await timely(call);
  };
  return {
    append: async (path, bytes) => {
      if (isOfLog(path)) await hangs();
      if (!fails()) return await timely(() => storage.append(path, bytes));
      await storage.append(path, bytes.subarray(0, bytes.length / 2));
      throw failed('append to', path);
    },
    createExclusive: (path, bytes) => unlessFailed('make', path, () => storage.createExclusive(path, bytes)),
    makeFolder: (path) => unlessFailed('make', path, () => storage.makeFolder(path)),
    sync: (path) => unlessFailed('sync', path, () => storage.sync(path)),
    rename: (from, to) => unlessFailed('rename', from, () => storage.rename(from, to)),
    list: (folder) => unlessFailed('list', folder, () => storage.list(folder)),
    listFolders: (folder) => unlessFailed('list', folder, () => storage.listFolders(folder)),
    read: (path, from, to) => unlessFailed('read', path, () => storage.read(path, from, to)),
    remove: async (path) => {
      if (isOfLog(path)) await onLogRemoved();
      return await unlessFailed('remove', path, () => storage.remove(path));
    },
  };
}

/** What is asked before and behind calls. */
export interface StorageFaults {
  readonly fails: () => boolean;
  /** Only of what is added to the log. */
  readonly hangs: () => Promise<void>;
  /** Only of what is taken away from the log. */
  readonly onLogRemoved: () => Promise<void>;
  /** Behind each call that has not failed, before somebody hears of it. */
  readonly onDone: () => Promise<void>;
}

/** Whether it is the path of a log file. */
export function isOfLog(path: string): boolean {
  return path.includes('/log-');
}

/** How many promises are waited for at most. */
const turnsMax = 6;

function failed(action: string, path: string): StateError {
  return new StateError('STORAGE.FAILED', { action, path, reason: 'a fault of the simulation' });
}
