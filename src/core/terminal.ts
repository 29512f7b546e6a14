/** Where `print()` and the logger write. */
export interface Terminal {
  /** Standard output. */
  out(text: string): void;
  /** Standard error. */
  err(text: string): void;
}

/** The streams of the process. */
export function systemTerminal(): Terminal {
  return system;
}

const system: Terminal = Object.freeze({
  out: (text: string) => {
    process.stdout.write(text);
  },
  err: (text: string) => {
    process.stderr.write(text);
  },
});
