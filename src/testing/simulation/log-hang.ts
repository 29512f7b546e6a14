import type { Activities } from '../../core/activities.ts';
import { currentScope, runInScope } from '../../core/scope.ts';
import type { TestRuntime } from '../../core/test-runtime.ts';

/**
 * A log that hangs for a while. One call of the storage does, and whoever has something in the log waits for that: all
 * of them are at rest meanwhile, which a test runtime knows only of those that sleep themselves.
 */
export class LogHang {
  /** Of a process, with those who wait for the log at rest while it hangs. */
  readonly activities: Activities = { run: (name, f) => this.#run(name, f) };
  readonly #runtime: TestRuntime;
  readonly #restOf = new Set<() => void>();
  #endMs = Number.NEGATIVE_INFINITY;

  constructor(runtime: TestRuntime) {
    this.#runtime = runtime;
  }

  /** Resolves when it is over. */
  async begin(ms: number): Promise<void> {
    this.#endMs = this.#runtime.clock.now() + ms;
    for (const rest of this.#restOf) rest();
    await this.#over();
  }

  #run<R>(name: string, f: () => Promise<R>): Promise<R> {
    if (!/ stores | takes back |the checkpoint/.test(name)) return this.#runtime.activities.run(name, f);
    return this.#runtime.activities.run(name, async () => {
      const scope = currentScope();
      const rest = (): void => runInScope(scope, () => void this.#over());
      this.#restOf.add(rest);
      if (this.#runtime.clock.now() < this.#endMs) rest();
      try {
        return await f();
      } finally {
        this.#restOf.delete(rest);
      }
    });
  }

  #over(): Promise<void> {
    const { clock } = this.#runtime;
    return clock.sleep(this.#endMs - clock.now());
  }
}
