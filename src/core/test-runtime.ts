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
}

/** Makes a world of its own for one test. */
export function testRuntime({ seed, startMs = 0 }: TestRuntimeOptions = {}): TestRuntime {
  const settling = new Settling(settleLimitMs);
  const clock = new ManualClock(startMs, settling);
  const soon = (f: () => void): void => settling.soon(f);
  // A stream of its own: what the program draws has no influence on the order of messages, nor the other way round.
  const interleavings = seededRandom(seed ?? 0, 1);
  return Object.freeze({
    seed: seed ?? 0,
    clock,
    random: seededRandom(seed ?? 0),
    storage: new MemoryStorage(clock),
    sockets: new MemorySockets(soon),
    terminal: new MemoryTerminal(),
    signals: new MemorySignals(),
    processes: MemoryProcesses.first(),
    activities: settling.activities,
    slices: settling.slices,
    soon,
    scratchFolder: '/tmp',
    cores: 2,
    choose: seed === undefined ? () => 0 : (n: number) => interleavings.below(n),
    settle: () => settling.settle(),
  });
}

/** In real time. A batch under test takes milliseconds: what takes this long hangs. */
const settleLimitMs = 5000;
