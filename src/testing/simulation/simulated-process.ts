import { seededRandom } from '../../core/random.ts';
import type { Runtime } from '../../core/runtime.ts';
import { type TestRuntime, type TestRuntimeOptions, testRuntime } from '../../core/test-runtime.ts';
import type { FaultsToCome } from './faults-to-come.ts';
import { faultyStorage } from './faulty-storage.ts';
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
 * @param look is called before anything of the log is taken away: later nobody would know of it
 */
export function simulatedProcess(
  options: TestRuntimeOptions,
  faults: FaultsToCome,
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
  const storage = faultyStorage(
    runtime.storage,
    { fails, hangs, onLogRemoved },
    seededRandom(runtime.seed, storageStream),
  );
  return { runtime, given: { ...runtime, storage, activities: hang.activities } };
}

/** What is drawn here has no influence on what else is drawn of the seed. */
const storageStream = 3;
