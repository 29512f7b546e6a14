import { ManualClock } from './manual-clock.ts';
import { MemoryProcesses } from './memory-processes.ts';
import { MemorySignals } from './memory-signals.ts';
import { MemorySockets } from './memory-sockets.ts';
import { MemoryStorage } from './memory-storage.ts';
import { MemoryTerminal } from './memory-terminal.ts';
import { seededRandom } from './random.ts';
import type { Runtime } from './runtime.ts';
import { Settling } from './settling.ts';

/** How a world for tests begins. */
export interface TestRuntimeOptions {
  /**
   * Decides the program's chance and the interleavings: equal seeds, equal runs. Without one, chance is that of seed 0
   * and messages go first in, first out, as in production.
   */
  readonly seed?: number;
  /** What the clock shows at first, in milliseconds since the epoch; 0 unless given. */
  readonly startMs?: number;
  /**
   * The process before this one on the same machine: it dies where it has not, and this one has its files, and its time
   * unless `startMs` is given. `after.storage.crash({ random })` beforehand for a machine that loses its power.
   */
  readonly after?: TestRuntime;
  /**
   * After how many steps the process dies, in the middle of whatever it does: a step is a queued call, a slice, the
   * beginning and the end of a call of the storage. Never unless given.
   */
  readonly steps?: number;
}

/** A world inside the process: a test moves its clock, plays its network, sends it signals and reads its terminal. */
export interface TestRuntime extends Runtime {
  readonly seed: number;
  readonly clock: ManualClock;
  readonly sockets: MemorySockets;
  readonly storage: MemoryStorage;
  readonly terminal: MemoryTerminal;
  readonly signals: MemorySignals;
  readonly processes: MemoryProcesses;
  /**
   * Resolves when nothing is left to do until the clock moves: nothing is queued, and every activity has ended or
   * sleeps on the clock.
   *
   * @throws UsageError (RUNTIME.NOT_SETTLED) when something is still busy after 5 s of real time
   */
  settle(): Promise<void>;
  /** Whether the process has died: nothing of it happens any more, and the clock moves without it. */
  readonly isDead: boolean;
  /** Ends the process where it stands, as SIGKILL does. */
  kill(): void;
}

/** Makes a world of its own for one test. */
export function testRuntime({ seed, startMs, after, steps }: TestRuntimeOptions = {}): TestRuntime {
  after?.kill();
  const settling = new Settling(settleLimitMs, steps);
  const clock = new ManualClock(startMs ?? after?.clock.now() ?? 0, settling);
  const soon = (f: () => void): void => settling.soon(f);
  // A stream of its own: what the program draws has no influence on the order of messages, nor the other way round.
  const interleavings = seededRandom(seed ?? 0, 1);
  const processes = after?.processes.another() ?? MemoryProcesses.first();
  return Object.freeze({
    seed: seed ?? 0,
    clock,
    random: seededRandom(seed ?? 0),
    storage: new MemoryStorage(clock, settling, after?.storage),
    sockets: new MemorySockets(soon),
    terminal: new MemoryTerminal(),
    signals: new MemorySignals(),
    processes,
    activities: settling.activities,
    slices: settling.slices,
    soon,
    scratchFolder: '/tmp',
    cores: 2,
    choose: seed === undefined ? () => 0 : (n: number) => interleavings.below(n),
    settle: () => settling.settle(),
    get isDead() {
      return settling.isDead;
    },
    kill: () => {
      settling.die();
      processes.end();
    },
  });
}

/** In real time. A batch under test takes milliseconds: what takes this long hangs. */
const settleLimitMs = 5000;
