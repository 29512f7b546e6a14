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

/** About a user's function at work. */
interface StageFacts {
  readonly operator: string;
  /** Whose job: the batch and the output. */
  readonly job: string;
  /** A preview of the row it was given. */
  readonly row: string | undefined;
}

const texts = {
  'BUG.ASSERTION': (f: { readonly what: string }): ErrorText => ({
    what: `An invariant does not hold: ${f.what}.`,
    why: 'Firesteel checks itself while it runs and has found itself wrong.',
    fix: reportBug,
  }),
  'BUG.BUS_FULL': (f: {
    readonly from: string;
    readonly to: string;
    readonly type: string;
    readonly messagesMax: number;
  }): ErrorText => ({
    what: `${f.messagesMax} messages wait on the bus; '${f.type}' from ${f.from} to ${f.to} finds no place.`,
    why: 'The queues behind the bus are bounded, so that so many messages mean that somebody posts without end.',
    fix: reportBug,
  }),
  'BUG.COMMAND_REFUSED': (f: {
    readonly machine: string;
    readonly type: string;
    readonly state: string;
  }): ErrorText => ({
    what: `The ${f.machine} machine was sent '${f.type}' in its state ${f.state}, where that may not happen.`,
    why: 'Whoever sends a command asks first whether it may happen, and tells the program if it may not.',
    fix: reportBug,
  }),
  'BUG.MACHINE_BROKE': (f: {
    readonly machine: string;
    readonly where: string;
    readonly message: string;
  }): ErrorText => ({
    what: `The ${f.machine} machine broke in ${f.where}: ${f.message}`,
    why: 'A machine only says what may happen; what goes wrong while it happens comes back as a message, never as a throw.',
    fix: reportBug,
  }),
  'BUG.UNKNOWN_MESSAGE': (f: { readonly actor: string; readonly type: string }): ErrorText => ({
    what: `The actor ${f.actor} was sent '${f.type}', which it does not know.`,
    why: 'A message that nobody understands would be lost in silence.',
    fix: reportBug,
  }),
  'CLOCK.ALREADY_MOVING': (f: { readonly nowMs: number }): ErrorText => ({
    what: `The clock of the test was told to move while it was moving, at ${f.nowMs} ms.`,
    why: 'Two moves at once have no order, so that the test would not repeat.',
    fix: 'Await the first: await clock.advance(1000). What a timer or a job calls must not move the clock.',
  }),
  'CLOCK.BAD_STEP': (f: { readonly ms: number }): ErrorText => ({
    what: `The clock of the test cannot move by ${f.ms} ms.`,
    why: 'Time counts whole milliseconds and never runs backwards.',
    fix: 'Move it by a whole number of milliseconds, 0 or more.',
  }),
  'CONF.BAD_MASTER': (f: { readonly master: string }): ErrorText => ({
    what: `The master '${f.master}' is not one that firesteel can run on.`,
    why: 'A program runs in slots of its own process: there is no cluster behind it to send work to.',
    fix: "Use 'local' (1 slot), 'local[4]' (4 slots), 'local[*]' (a slot a core, at least 2) or 'local[4,maxFailures]'.",
  }),
  'CONF.BAD_VALUE': (f: { readonly key: string; readonly value: string; readonly accepted: string }): ErrorText => ({
    what: `The configuration key ${f.key} cannot be ${f.value}.`,
    why: `It takes ${f.accepted}.`,
    fix: 'Set it to such a value, or not at all: docs/configuration.md lists the keys and their defaults.',
  }),
  'CONF.MISSING_KEY': (f: { readonly key: string }): ErrorText => ({
    what: `The configuration has no value for '${f.key}'.`,
    why: 'get() with a key alone is for a value that must be there.',
    fix: `Set it first, or say what holds without it: conf.get('${f.key}', 'the default').`,
  }),
  'JOB.ABORTED': (f: { readonly job: string }): ErrorText => ({
    what: `The job of ${f.job} was aborted.`,
    why: 'Its context was stopped, or its abort signal was given, before it ended.',
    fix: 'Nothing, if you stopped it. stop({ stopGracefully: true }) lets the batches under way end first.',
  }),
  'KEY.CLASS_INSTANCE': (f: { readonly className: string; readonly key: string }): ErrorText => ({
    what: `A key is, or holds, an instance of the class ${f.className}: ${f.key}.`,
    why: 'Keys are equal by value, and only the class knows which of its objects mean the same.',
    fix: `Key by its plain data, or let it tell: class ${f.className} { [keyOf]() { return [this.someField]; } }.`,
  }),
  'KEY.CYCLE': (f: { readonly key: string }): ErrorText => ({
    what: `A key contains itself: ${f.key}.`,
    why: 'Keys are compared part by part, and the parts of this one have no end.',
    fix: 'Key by the part that identifies the row.',
  }),
  'KEY.NOT_A_VALUE': (f: { readonly kind: string; readonly key: string }): ErrorText => ({
    what: `A key is, or holds, ${f.kind}: ${f.key}.`,
    why: 'Keys are equal by value, on every machine, and this has no value that firesteel could compare.',
    fix: 'Key by plain data: text, numbers, booleans, null, tuples, plain objects, dates or bytes.',
  }),
  'LOG.BAD_LEVEL': (f: { readonly level: string; readonly levels: string }): ErrorText => ({
    what: `There is no log level '${f.level}'.`,
    why: `The levels are ${f.levels}.`,
    fix: 'Name one of them; upper and lower case are the same.',
  }),
  'RDD.EMPTY': (f: { readonly action: string }): ErrorText => ({
    what: `${f.action}() was called on an RDD without rows.`,
    why: 'There is no row that it could give.',
    fix: 'Ask isEmpty() first, or use take(1) or fold(zero, f), which have an answer for no rows.',
  }),
  'RUNTIME.NOT_SETTLED': (f: { readonly busy: readonly string[]; readonly limitMs: number }): ErrorText => ({
    what: `The program under test did not come to rest within ${f.limitMs} ms. Still busy: ${f.busy.join('; ')}.`,
    why: 'A test waits until everything has ended or sleeps on its clock; real time does not stop for it.',
    fix: "Sleep on the runtime's clock instead of setTimeout, and let no promise stay open that nothing will resolve.",
  }),
  'SOCKETS.ADDRESS_IN_USE': (f: { readonly address: string }): ErrorText => ({
    what: `A server of this test listens on ${f.address} already.`,
    why: 'A connection could not tell which of the two it wants.',
    fix: 'Close the first, or listen on another port.',
  }),
  'STAGE.FUNCTION_THREW': (f: StageFacts & { readonly message: string }): ErrorText => ({
    what: `The function of ${f.operator} threw in ${f.job}: ${f.message}`,
    why: f.row === undefined ? 'It threw outside of any one row.' : `It was given the row ${f.row}.`,
    fix: 'Make the function answer for such rows (drop them with a filter before it, or catch inside it).',
  }),
  'STAGE.NOT_A_PAIR': (f: StageFacts & { readonly returned: string }): ErrorText => ({
    what: `${f.operator} was given ${f.returned}, which is no [key, value] pair, in ${f.job}.`,
    why: 'Keyed operators read each row as an array of a key and a value.',
    fix: `Make pairs before it: .map((row) => [keyOf(row), row]).${f.operator}(…)`,
  }),
  'STAGE.NOT_ITERABLE': (f: StageFacts & { readonly returned: string }): ErrorText => ({
    what: `The function of ${f.operator} returned ${f.returned}, which is not iterable, in ${f.job}.`,
    why: `${f.operator} puts the rows of what is returned into the stream${
      f.row === undefined ? '.' : `; it was given the row ${f.row}.`
    }`,
    fix: 'Return an array or another iterable; [] for no rows. For exactly one row, use map.',
  }),
  'STAGE.RETURNED_PROMISE': (f: StageFacts): ErrorText => ({
    what: `The function of ${f.operator} returned a promise in ${f.job}.`,
    why: `Row functions are synchronous, so that a batch is one tight loop${
      f.row === undefined ? '.' : `; it was given the row ${f.row}.`
    }`,
    fix: 'Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.',
  }),
  'STORAGE.ALREADY_EXISTS': (f: { readonly path: string }): ErrorText => ({
    what: `There is a file ${f.path} already.`,
    why: 'It was to be made new, so that of two who make it only one succeeds.',
    fix: 'Find out who made it. If another process writes to this folder, give each a folder of its own.',
  }),
  'STORAGE.FAILED': (f: { readonly action: string; readonly path: string; readonly reason: string }): ErrorText => ({
    what: `Could not ${f.action} ${f.path}: ${f.reason}.`,
    why: 'The file system refused it.',
    fix: 'Look at the space, the rights and the mount of that folder; the cause below is what the system said.',
  }),
  'STORAGE.NOT_FOUND': (f: { readonly path: string }): ErrorText => ({
    what: `There is no ${f.path}.`,
    why: 'It was never written, or somebody has moved or removed it.',
    fix: 'Look whether the path is the right one; a relative path starts where the process was started.',
  }),
  'TIME.BAD_DURATION': (f: { readonly given: string }): ErrorText => ({
    what: `${f.given} is not a length of time.`,
    why: 'A length of time is a Duration, or a text of a number and its unit: ms, s, m or min, h, d, or their names.',
    fix: "Write Seconds(10), '10 seconds', '200ms', '1.5 s', '1 minute' or '2h'.",
  }),
  'TIME.NOT_WHOLE': (f: { readonly given: string }): ErrorText => ({
    what: `${f.given} is not a whole number of milliseconds.`,
    why: 'Times and durations count whole milliseconds, so that every batch falls on one exact grid.',
    fix: 'Round it first: Milliseconds(Math.round(ms)).',
  }),
  'TIME.ZERO_INTERVAL': (f: { readonly call: string }): ErrorText => ({
    what: `${f.call} was given an interval of 0 ms.`,
    why: 'Nothing can be divided into steps that have no length.',
    fix: 'Give it an interval that is not zero, such as Seconds(1).',
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
