import type { MemoryServer } from '../../core/memory-sockets.ts';
import type { TestRuntime } from '../../core/test-runtime.ts';
import type { Sender } from './sender.ts';

/** A TCP server that sends lines as they come, to whoever is connected then. */
export class SocketSender {
  readonly #sender: Sender;
  readonly #runtime: TestRuntime;
  readonly #server: MemoryServer;

  constructor(sender: Sender, runtime: TestRuntime, port: number) {
    this.#sender = sender;
    this.#runtime = runtime;
    this.#server = runtime.sockets.listen({ host: 'localhost', port });
  }

  get isOpen(): boolean {
    return this.#server.connections.some(({ isOpen }) => isOpen);
  }

  /** Sends what has come; nothing while nobody is connected. */
  send(): void {
    if (!this.isOpen) return;
    const end = this.#sender.countAt(this.#runtime.clock.now());
    const lines = this.#sender.rows.slice(this.#sender.taken, end);
    this.#sender.taken = end;
    this.#server.send(lines.map((line) => `${String(line)}\n`).join(''));
  }

  /** Nobody listens any more. */
  close(): void {
    this.#server.close();
  }

  /** Breaks the connections; what is under way in them comes before. */
  break(): void {
    for (const connection of this.#server.connections) if (connection.isOpen) connection.fail('ECONNRESET');
  }
}
