import { hostname } from 'node:os';

import { systemStorage } from './storage.ts';

/** Which process one is, or was: no two are the same. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The name of the machine. */
  readonly host: string;
  /** When it started, as the machine counts; empty where the machine does not tell. */
  readonly started: string;
}

/** The processes of the machine. */
export interface Processes {
  /** This one. */
  self(): Promise<ProcessIdentity>;
  /** Whether it is not certain that the process is gone. Of those on other machines nobody here can be certain. */
  isAlive(identity: ProcessIdentity): Promise<boolean>;
}

/** The processes of this machine. */
export function systemProcesses(): Processes {
  return system;
}

const system: Processes = Object.freeze({
  self: async () => ({ pid: process.pid, host: hostname(), started: (await startOf(process.pid)) ?? '' }),

  isAlive: async ({ pid, host, started }: ProcessIdentity) => {
    if (host !== hostname()) return true;
    if (!answers(pid)) return false;
    const now = await startOf(pid);
    // Numbers of processes are used again; moments are not.
    return now === undefined || started === '' || now === started;
  },
});

function answers(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be signalled, and is there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Which start of the machine, and when after it; a process that has ended and is only not yet forgotten: `ended`. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = (await systemStorage().read(`/proc/${pid}/stat`)).toString('latin1');
    // The name of the program stands before, in brackets, and may have anything in it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
    const boot = (await systemStorage().read('/proc/sys/kernel/random/boot_id')).toString('latin1').trim();
    return `${boot}/${fields[19]}`;
  } catch {
    // Not every system has such files; then the number of the process has to do.
    return undefined;
  }
}
