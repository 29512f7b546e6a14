import type { Activities } from './activities.ts';
import type { Clock } from './clock.ts';
import type { Processes } from './processes.ts';
import type { Random } from './random.ts';
import type { Signals } from './signals.ts';
import type { Slices } from './slices.ts';
import type { Sockets } from './sockets.ts';
import type { Storage } from './storage.ts';
import type { Terminal } from './terminal.ts';

/**
 * All that is not deterministic, in one value: time, chance, the outside world, and the turns of the event loop.
 *
 * A program takes it as `new StreamingContext(conf, interval, { runtime })`. `systemRuntime()` is the real one, and the
 * default; `testRuntime({ seed })` owns its clock and its chance, so that a day of streaming runs in seconds and a
 * failure is a seed.
 *
 * A runtime is also a world of its own: what may exist only once (the active StreamingContext, the SparkContext) may
 * exist once in each.
 */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: Storage;
  readonly sockets: Sockets;
  readonly terminal: Terminal;
  readonly signals: Signals;
  /** Who we are, and whether another is still there: for a folder that only one process may use. */
  readonly processes: Processes;
  /** Work that is under way; what a test waits for before it says that all is settled. */
  readonly activities: Activities;
  /** How long the executor may work before it lets others have a turn. */
  readonly slices: Slices;
  /** A folder of the storage for what need not outlive the process. */
  readonly scratchFolder: string;
  /** How many processors there are: what `local[*]` stands for. */
  readonly cores: number;
  /** Runs f once the code that runs now has returned. */
  soon(f: () => void): void;
  /**
   * Which of n message channels goes next; the first, in production. A test runtime draws by its seed, and so explores
   * the interleavings that a real system could show.
   */
  choose(n: number): number;
}
