import { fileURLToPath } from 'node:url';

/**
 * Where the user's program called us.
 *
 * Taking one is cheap (a few stack frames, no text); the file and line are worked out when somebody asks.
 */
export class CallSite {
  readonly #trace: { readonly stack?: string };
  #text: string | undefined;

  private constructor(trace: { readonly stack?: string }) {
    this.#trace = trace;
  }

  /** The place of the nearest caller outside firesteel. */
  static here(): CallSite {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = framesMax;
    const trace: { stack?: string } = {};
    Error.captureStackTrace(trace, CallSite.here);
    Error.stackTraceLimit = limit;
    return new CallSite(trace);
  }

  /** `word-count.ts:12`; `unknown place` where the program has no file (a REPL). */
  toString(): string {
    this.#text ??= firstForeignFrame(this.#trace.stack ?? '') ?? 'unknown place';
    return this.#text;
  }
}

/** Deep enough for the layers of firesteel between a user's call and `here()`. */
const framesMax = 20;

/** The folder of firesteel's own code: `src/` in the repository, `dist/src/` in the package. */
const ownFolder = fileURLToPath(new URL('..', import.meta.url));

function firstForeignFrame(stack: string): string | undefined {
  for (const line of stack.split('\n')) {
    const match = /(?:\(|\s)((?:file:\/\/)?\/[^():]+|(?:file:\/\/\/)?[A-Za-z]:[^():]+):(\d+):\d+\)?$/.exec(line);
    if (match === null) continue;
    const [, place = '', row = ''] = match;
    const path = place.startsWith('file:') ? fileURLToPath(place) : place;
    if (!path.startsWith(ownFolder) && !path.includes('/node_modules/xstate/')) {
      return `${path.slice(path.lastIndexOf('/') + 1)}:${row}`;
    }
  }
  return undefined;
}
