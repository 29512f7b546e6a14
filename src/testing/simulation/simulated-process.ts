import { seededRandom } from '../../core/random.ts';
import type { Runtime } from '../../core/runtime.ts';
import { type TestRuntime, type TestRuntimeOptions, testRuntime } from '../../core/test-runtime.ts';
import type { EndFault } from './fault.ts';
import type { FaultsToCome } from './faults-to-come.ts';
import { faultyStorage, isOfLog } from './faulty-storage.ts';
import { LogHang } from './log-hang.ts';

/** A process, in which one program may follow another. */
export interface SimulatedProcess {
  /** What the simulation has of it. */
  readonly runtime: TestRuntime;
  /** What its programs have. */
  readonly given: Runtime;
}

/**
 * Makes a process in which calls of the storage fail, and take their time.
 *
 * @param end how it ends, should it live to see it
 * @param look is called before anything of the log is taken away: later nobody would know of it
 */
export function simulatedProcess(
  options: TestRuntimeOptions,
  faults: FaultsToCome,
  end: EndFault | undefined,
  look: (runtime: TestRuntime) => Promise<void>,
): SimulatedProcess {
  const runtime = testRuntime(options);
  const hang = new LogHang(runtime);
  const fails = (): boolean => !runtime.isDead && faults.atStorageCall() !== undefined;
  const hangs = async (): Promise<void> => {
    const fault = runtime.isDead ? undefined : faults.atLogCall();
    if (fault !== undefined) await hang.begin(fault.ms);
  };
  const onLogRemoved = async (): Promise<void> => {
    if (!runtime.isDead) await look(runtime);
  };
  const unsyncedMax = (end?.kind === 'power loss' ? end.unsyncedMax : undefined) ?? Number.POSITIVE_INFINITY;
  const onDone = async (): Promise<void> => {
    if (runtime.storage.unsyncedNames.filter(isOfLog).length < unsyncedMax) return;
    runtime.kill();
    await never;
  };
  const storage = faultyStorage(
    runtime.storage,
    { fails, hangs, onLogRemoved, onDone },
    seededRandom(runtime.seed, storageStream),
  );
  return { runtime, given: { ...runtime, storage, activities: hang.activities } };
}

const never = new Promise<never>(() => undefined);

/** What is drawn here has no influence on what else is drawn of the seed. */
const storageStream = 3;
