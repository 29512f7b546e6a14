import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How a process is started. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A process that has said what it measured. */
export interface Ended {
  /** Its last line. */
  readonly said: Readonly<Record<string, unknown>>;
  /** Its resident memory while it ran, in MiB, oldest first. */
  readonly residentMiB: readonly number[];
}

/** Runs a process to its end. @throws Error where it fails or says nothing */
export async function runToEnd(line: CommandLine): Promise<Ended> {
  const child = launch(line);
  const residentMiB: number[] = [];
  const timer = setInterval(() => residentMiB.push(resident(child.pid)), sampleMs);
  let output = '';
  child.stdout?.on('data', (bytes) => {
    output += bytes;
  });
  try {
    const status = await endOf(child);
    const last = output.trimEnd().split('\n').at(-1) ?? '';
    if (status !== 0 || !last.startsWith('{')) {
      throw new Error(`${line.command} ${line.args.at(-1)} ended with ${status} and said: ${last}`);
    }
    return { said: JSON.parse(last) as Record<string, unknown>, residentMiB: residentMiB.filter((mib) => mib > 0) };
  } finally {
    clearInterval(timer);
  }
}

/** How often the memory of a process is looked at. */
const sampleMs = 250;

export function launch({ command, args, env = {} }: CommandLine): ChildProcess {
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
}

/** Resolves with its exit code, or the name of the signal that ended it. */
export function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(status ?? signal ?? 0));
  });
}

/** The resident memory of a process, in MiB; 0 where the machine does not say (it needs /proc) or it has ended. */
export function resident(pid: number | undefined): number {
  try {
    const kiB = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kiB ?? 0) / 1024;
  } catch {
    // It has ended between two looks, or this is not Linux.
    return 0;
  }
}
