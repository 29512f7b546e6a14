import { FiresteelError, StateError } from '../core/errors.ts';
import type { ProcessIdentity } from '../core/processes.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Tell } from './facts.ts';
import { numbered } from './file-name.ts';

/** What a lock is taken with. */
export interface LockOptions {
  readonly runtime: Pick<Runtime, 'storage' | 'processes' | 'random' | 'clock'>;
  readonly folder: string;
  readonly tell: Tell;
}

/** A directory that is ours until we release it, or die. */
export interface Lock {
  /** Lets others have it; a second call changes nothing. */
  release(): Promise<void>;
}

/** Who has a directory. */
interface Owner extends ProcessIdentity {
  /** Tells owners in one process apart. */
  readonly id: string;
  readonly sinceMs: number;
}

const lockName = numbered('lock');
const released = 'released\n';

/**
 * Takes a directory for this process, also from an owner that is dead.
 *
 * The newest of the numbered files is the lock. Whoever takes it makes the next one, which only one can; older files
 * go only when a newer one is there, so that the newest number never falls while anybody looks.
 *
 * @throws StateError (CHECKPOINT.OWNED) when another has it, in this process too
 * @throws StateError (CHECKPOINT.BAD_LOCK) when nobody can tell
 */
export async function lockFolder({ runtime, folder, tell }: LockOptions): Promise<Lock> {
  const { storage, processes, random, clock } = runtime;
  const self = await processes.self();
  const owner: Owner = { ...self, id: random.id(), sinceMs: clock.now() };
  const pathOf = (number: number): string => `${folder}/${lockName.of(number)}`;
  const numbers = async (): Promise<readonly number[]> =>
    lockName.numbersIn((await storage.list(folder)).map(({ name }) => name));
  for (;;) {
    const newest = (await numbers()).at(-1) ?? 0;
    const last = newest === 0 ? undefined : await absentAsGone(readLock(runtime, pathOf(newest)));
    if (last === 'gone') continue;
    if (last !== undefined && (await processes.isAlive(last))) {
      throw new StateError('CHECKPOINT.OWNED', { folder, owner: describe(last, self), path: pathOf(newest) });
    }
    const path = pathOf(newest + 1);
    if (!(await isMade(storage.createExclusive(path, Buffer.from(`${JSON.stringify(owner)}\n`))))) continue;
    const all = await numbers();
    if (all.at(-1) !== newest + 1) {
      // We looked so long ago that others have come and gone meanwhile; their number was free again.
      await storage.remove(path);
      continue;
    }
    for (const older of all.slice(0, -1)) await storage.remove(pathOf(older));
    if (last !== undefined) tell({ type: 'lock.inherited', path, from: describe(last, self) });
    let releasing: Promise<void> | undefined;
    return {
      release: () => {
        releasing ??= storage.append(path, Buffer.from(released));
        return releasing;
      },
    };
  }
}

/** Who has the lock of that file; undefined when it was released. */
async function readLock({ storage }: LockOptions['runtime'], path: string): Promise<Owner | undefined> {
  const [line = '', rest = ''] = (await storage.read(path)).toString().split(/(?<=^[^\n]*\n)/);
  const owner = ownerFrom(line);
  if (owner === undefined) throw new StateError('CHECKPOINT.BAD_LOCK', { path });
  return rest === released ? undefined : owner;
}

function ownerFrom(line: string): Owner | undefined {
  let value: Partial<Record<keyof Owner, unknown>>;
  try {
    value = JSON.parse(line);
  } catch {
    // What is no JSON is no owner either.
    return undefined;
  }
  const { pid, host, started, id, sinceMs } = value ?? {};
  const isTime = Number.isInteger(sinceMs) && Math.abs(Number(sinceMs)) <= 8.64e15; // As far as a Date reaches.
  const isOwner = isTime && Number.isSafeInteger(pid) && Number(pid) > 0;
  if (!isOwner || typeof host !== 'string' || typeof started !== 'string' || typeof id !== 'string') return undefined;
  return { pid: Number(pid), host, started, id, sinceMs: Number(sinceMs) };
}

function describe(owner: Owner, self: ProcessIdentity): string {
  const isSelf = owner.pid === self.pid && owner.host === self.host && owner.started === self.started;
  const name = isSelf ? 'this process itself' : `process ${owner.pid} on ${owner.host}`;
  return `${name}, since ${new Date(owner.sinceMs).toISOString()}`;
}

async function isMade(making: Promise<void>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    if (codeOf(error) !== 'STORAGE.ALREADY_EXISTS') throw error;
    return false;
  }
}

async function absentAsGone(reading: Promise<Owner | undefined>): Promise<Owner | 'gone' | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (codeOf(error) !== 'STORAGE.NOT_FOUND') throw error;
    return 'gone';
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof FiresteelError ? error.code : undefined;
}
