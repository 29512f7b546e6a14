import { seededRandom } from '../../core/random.ts';
import type { Runtime } from '../../core/runtime.ts';
import { type TestRuntime, type TestRuntimeOptions, testRuntime } from '../../core/test-runtime.ts';
import type { FaultsToCome } from './faults-to-come.ts';
import { faultyStorage } from './faulty-storage.ts';

/** A process, in which one program may follow another. */
export interface SimulatedProcess {
  /** What the simulation has of it. */
  readonly runtime: TestRuntime;
  /** What its programs have. */
  readonly given: Runtime;
}

/** Makes a process in which calls of the storage fail, and take their time. */
export function simulatedProcess(options: TestRuntimeOptions, faults: FaultsToCome): SimulatedProcess {
  const runtime = testRuntime(options);
  const fails = (): boolean => !runtime.isDead && faults.atStorageCall() !== undefined;
  const storage = faultyStorage(runtime.storage, fails, seededRandom(runtime.seed, storageStream));
  return { runtime, given: { ...runtime, storage } };
}

/** What is drawn here has no influence on what else is drawn of the seed. */
const storageStream = 3;
