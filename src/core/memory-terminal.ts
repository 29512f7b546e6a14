import type { Terminal } from './terminal.ts';

/** A terminal that a test reads. */
export class MemoryTerminal implements Terminal {
  #output = '';
  #errors = '';

  /** All that was written to standard output since the last `takeOutput()`. */
  get output(): string {
    return this.#output;
  }

  /** All that was written to standard error. */
  get errors(): string {
    return this.#errors;
  }

  out(text: string): void {
    this.#output += text;
  }

  err(text: string): void {
    this.#errors += text;
  }

  /** The output up to now, which is then forgotten. */
  takeOutput(): string {
    const output = this.#output;
    this.#output = '';
    return output;
  }
}
