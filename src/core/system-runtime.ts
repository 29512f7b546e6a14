import { availableParallelism, tmpdir } from 'node:os';
import { soon, systemClock } from './clock.ts';
import { systemProcesses } from './processes.ts';
import { systemRandom } from './random.ts';
import type { Runtime } from './runtime.ts';
import { systemSignals } from './signals.ts';
import { systemSlices } from './slices.ts';
import { systemSockets } from './sockets.ts';
import { systemStorage } from './storage.ts';
import { systemTerminal } from './terminal.ts';

/** The real world: the machine's clock, chance, files and network. There is one of it in a process. */
export function systemRuntime(): Runtime {
  return system;
}

const system: Runtime = Object.freeze({
  clock: systemClock(),
  random: systemRandom(),
  storage: systemStorage(),
  sockets: systemSockets(),
  terminal: systemTerminal(),
  signals: systemSignals(),
  processes: systemProcesses(),
  activities: Object.freeze({ run: async <R>(_name: string, f: () => Promise<R>): Promise<R> => f() }),
  slices: systemSlices(),
  scratchFolder: tmpdir(),
  cores: availableParallelism(),
  soon,
  choose: () => 0,
});
