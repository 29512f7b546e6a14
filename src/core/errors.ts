/**
 * Every error firesteel throws, and every sentence it says in one.
 *
 * An error tells what happened, why, what to do, and where: `[CODE] what`, then `why`, `fix` and `at`. The class says
 * who acts: the programmer now (UsageError), the programmer about one batch (JobError), operations or our own retry
 * (SourceError), operations about storage (StateError), or us (BugError).
 */

/** What one error says. */
export interface ErrorText {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** What an error is given beside its facts. */
export interface ErrorOptions {
  /** Places, most telling first: `made in word-count.ts:12`. */
  readonly at?: readonly string[];
  /** The original error; never hidden. */
  readonly cause?: unknown;
}

/** The common parent; catch this to catch all that firesteel itself throws. */
export abstract class FiresteelError extends Error {
  readonly code: ErrorCode;
  readonly why: string;
  readonly fix: string;
  readonly at: readonly string[];

  constructor(code: ErrorCode, text: ErrorText, options: ErrorOptions) {
    const at = options.at ?? [];
    const lines = [`[${code}] ${text.what}`, `  why  ${text.why}`, `  fix  ${text.fix}`];
    if (at.length > 0) lines.push(`  at   ${at.join(', ')}`);
    super(lines.join('\n'), 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.why = text.why;
    this.fix = text.fix;
    this.at = at;
  }
}

/** The programmer acts, now: thrown at the call. */
export class UsageError extends FiresteelError {
  override readonly name = 'UsageError';
  constructor(...args: ErrorArguments) {
    super(args[0], textOf(args), args[2] ?? {});
  }
}

/** The programmer acts, about one batch. */
export class JobError extends FiresteelError {
  override readonly name = 'JobError';
  constructor(...args: ErrorArguments) {
    super(args[0], textOf(args), args[2] ?? {});
  }
}

/** Operations act, or our retry does when `retryable`. */
export class SourceError extends FiresteelError {
  override readonly name = 'SourceError';
  readonly retryable: boolean;
  constructor(...args: ErrorArguments<ErrorOptions & { readonly retryable?: boolean }>) {
    super(args[0], textOf(args), args[2] ?? {});
    this.retryable = args[2]?.retryable ?? false;
  }
}

/** Operations act: storage, checkpoints. */
export class StateError extends FiresteelError {
  override readonly name = 'StateError';
  constructor(...args: ErrorArguments) {
    super(args[0], textOf(args), args[2] ?? {});
  }
}

/** We act: a broken invariant of firesteel's own. */
export class BugError extends FiresteelError {
  override readonly name = 'BugError';
  constructor(...args: ErrorArguments) {
    super(args[0], textOf(args), args[2] ?? {});
  }
}

/** Throws a BugError with `what` unless the statement holds. State invariants positively. */
export function assert(holds: boolean, what: string): asserts holds {
  if (!holds) throw new BugError('BUG.ASSERTION', { what });
}

/** The text of an unknown thrown value, for a message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const reportBug = 'Please report this with the text above: it is a mistake of firesteel, not of your program.';

const texts = {
  'BUG.ASSERTION': (f: { readonly what: string }): ErrorText => ({
    what: `An invariant does not hold: ${f.what}.`,
    why: 'Firesteel checks itself while it runs and has found itself wrong.',
    fix: reportBug,
  }),
  'BUG.UNKNOWN_MESSAGE': (f: { readonly actor: string; readonly type: string }): ErrorText => ({
    what: `The actor ${f.actor} was sent '${f.type}', which it does not know.`,
    why: 'A message that nobody understands would be lost in silence.',
    fix: reportBug,
  }),
};

/** The codes of all errors. */
export type ErrorCode = keyof typeof texts;

type ErrorArguments<O = ErrorOptions> = {
  [C in ErrorCode]: readonly [code: C, facts: Parameters<(typeof texts)[C]>[0], options?: O];
}[ErrorCode];

function textOf(args: readonly [code: ErrorCode, facts: unknown, options?: unknown]): ErrorText {
  const text: (facts: never) => ErrorText = texts[args[0]];
  return text(args[1] as never);
}
