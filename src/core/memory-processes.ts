import type { Processes, ProcessIdentity } from './processes.ts';

/** One process of a machine that a test plays: it may have others beside it, and it may end. */
export class MemoryProcesses implements Processes {
  readonly #identity: ProcessIdentity;
  readonly #alive: Set<number>;
  readonly #next: { pid: number };

  private constructor(next: { pid: number }, alive: Set<number>) {
    this.#identity = { pid: next.pid, host: 'memory', started: `start ${next.pid}` };
    this.#next = next;
    this.#alive = alive;
    next.pid += 1;
    alive.add(this.#identity.pid);
  }

  /** The first process of a machine. */
  static first(): MemoryProcesses {
    return new MemoryProcesses({ pid: 1 }, new Set());
  }

  /** Another process of the same machine. */
  another(): MemoryProcesses {
    return new MemoryProcesses(this.#next, this.#alive);
  }

  /** This process is gone; the test must see to it that it does nothing more. */
  end(): void {
    this.#alive.delete(this.#identity.pid);
  }

  async self(): Promise<ProcessIdentity> {
    return this.#identity;
  }

  async isAlive({ pid, host, started }: ProcessIdentity): Promise<boolean> {
    return host !== this.#identity.host || (started === `start ${pid}` && this.#alive.has(pid));
  }
}
