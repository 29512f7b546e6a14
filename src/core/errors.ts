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

/** A text as an item of a list inside another. */
function numbered(text: string, index: number): string {
  return `\n    ${index + 1}. ${text.replaceAll('\n', '\n       ')}`;
}

interface InBatch {
  readonly timeMs: number;
}

/** About a user's function at work. */
interface StageFacts {
  readonly operator: string;
  /** Whose job: the batch and the output. */
  readonly job: string;
  /** A preview of the row it was given. */
  readonly row: string | undefined;
}

const texts = {
  'ASYNC.BAD_OPTION': (f: { readonly option: string; readonly value: string }): ErrorText => ({
    what: `mapAsync was given ${f.option}: ${f.value}.`,
    why: 'concurrency and timeoutMs are whole numbers of at least 1; onError is fail, drop or a function.',
    fix: "mapAsync(f, { concurrency: 8, timeoutMs: 1000, onError: 'drop' })",
  }),
  'BATCH.PARENT_WITHOUT_RDD': (f: InBatch & { readonly operator: string; readonly parent: string }): ErrorText => ({
    what: `${f.operator} has nothing to work on in batch ${f.timeMs} ms: ${f.parent} made no RDD for it.`,
    why: `${f.operator} needs an RDD of every parent in every batch; no RDD is not the same as an empty one.`,
    fix: 'Let the source return an empty RDD for a batch without data, or give both streams the same slide.',
  }),
  'BATCH.PLAN_THREW': (f: InBatch & { readonly operator: string; readonly message: string }): ErrorText => ({
    what: `${f.operator} threw while batch ${f.timeMs} ms was planned: ${f.message}`,
    why:
      'Functions of transform, and sources that are asked, run on the driver before the batch does; without them ' +
      'it cannot be.',
    fix: 'Look at the cause below. Later batches go on; the outputs of this one did not run.',
  }),
  'BROADCAST.DESTROYED': (_: object): ErrorText => ({
    what: 'A broadcast was read after destroy().',
    why: 'destroy() lets go of the value for good.',
    fix: 'Use unpersist() where the value is needed again, or broadcast it anew.',
  }),
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
    why: 'A machine only says what may happen; what goes wrong meanwhile comes back as a message, never as a throw.',
    fix: reportBug,
  }),
  'BUG.UNKNOWN_MESSAGE': (f: { readonly actor: string; readonly type: string }): ErrorText => ({
    what: `The actor ${f.actor} was sent '${f.type}', which it does not know.`,
    why: 'A message that nobody understands would be lost in silence.',
    fix: reportBug,
  }),
  'CACHE.NOT_SERIALIZABLE': (f: { readonly level: string; readonly reason: string }): ErrorText => ({
    what: `Rows cannot be kept as ${f.level}: ${f.reason}`,
    why: 'That level keeps rows as bytes, which functions and the classes of objects do not survive.',
    fix: 'Keep them as values: persist(StorageLevel.MEMORY_ONLY), or map them to plain data first.',
  }),
  'CHECKPOINT.BAD_INTERVAL': (f: {
    readonly stream: string;
    readonly intervalMs: number;
    readonly slideMs: number;
  }): ErrorText => ({
    what:
      `The checkpoint interval for ${f.stream} has been set to ${f.intervalMs} ms, ` +
      `which is not a multiple of its slide time (${f.slideMs} ms).`,
    why: 'Its rows are written down when it has some, which is once each slide.',
    fix: `Set it to a multiple of ${f.slideMs} ms; five to ten slides are usual.`,
  }),
  'CHECKPOINT.BAD_LOCK': (f: { readonly path: string }): ErrorText => ({
    what: `Who owns the checkpoint directory cannot be read from ${f.path}.`,
    why: 'Two processes that write there would ruin it, so that nobody begins without knowing.',
    fix: 'Make sure that no process uses the directory, remove that file, and start again.',
  }),
  'CHECKPOINT.BAD_UID': (f: { readonly uid: string }): ErrorText => ({
    what: `'${f.uid}' is no name that a stream can have in a checkpoint.`,
    why: 'The name is how its source or its state is found again when the program comes back.',
    fix: "Give it a text that says what it keeps: counts.uid('counts').",
  }),
  'CHECKPOINT.CORRUPT': (f: { readonly path: string; readonly offset: number }): ErrorText => ({
    what: `The checkpoint file ${f.path} is damaged at byte ${f.offset}.`,
    why: 'What stood there had been written and made safe, and its checksum no longer fits: a disk, a copy or a hand.',
    fix: 'Restore the directory from a copy. To begin anew without what it remembers, give the program an empty one.',
  }),
  'CHECKPOINT.LOG_BROKEN': (f: { readonly folder: string; readonly reason: string }): ErrorText => ({
    what: `The checkpoint log in ${f.folder} takes no more, since it could not be written: ${f.reason}`,
    why: 'Half a record may stand at its end now, and what came behind it would not be found again.',
    fix: 'Mend what the cause below names and start the program again: it goes on from what is safe.',
  }),
  'CHECKPOINT.NEWER_FORMAT': (f: {
    readonly path: string;
    readonly version: number;
    readonly known: number;
  }): ErrorText => ({
    what: `The checkpoint file ${f.path} has format ${f.version}; this firesteel reads formats up to ${f.known}.`,
    why: 'A newer firesteel has written it, and older code could only guess what it means.',
    fix: 'Start the program with that firesteel again, or give it an empty checkpoint directory.',
  }),
  'CHECKPOINT.NOT_NEW': (f: { readonly state: string }): ErrorText => ({
    what: `The function that makes the context gave one that is ${f.state}.`,
    why: 'What the checkpoint directory has can only be given to a context before it starts.',
    fix: 'Make and define the context in it, return it, and start it when getOrCreate has resolved.',
  }),
  'CHECKPOINT.NOT_PERSISTED': (f: { readonly stream: string }): ErrorText => ({
    what: `${f.stream} is to be checkpointed, and its storage level is NONE.`,
    why: 'Its rows would be computed twice: once for the program, once to be written down.',
    fix: 'Leave the level alone (checkpoint sets one), or persist with another.',
  }),
  'CHECKPOINT.NOT_PLAIN': (f: { readonly operator: string; readonly value: string }): ErrorText => ({
    what: `The state of ${f.operator} cannot be written down: ${f.value} is no plain data.`,
    why: 'A checkpoint holds plain data. Functions and the classes of objects would not come back.',
    fix: 'Keep numbers, texts, arrays, plain objects, dates, maps, sets and bytes in it.',
  }),
  'CHECKPOINT.NO_DIRECTORY': (f: { readonly stream: string }): ErrorText => ({
    what: `${f.stream} is to be checkpointed, and the checkpoint directory has not been set.`,
    why: 'There is nowhere to write its rows down.',
    fix: 'Set it before start(): ssc.checkpoint(directory).',
  }),
  'CHECKPOINT.NO_GOOD_SNAPSHOT': (f: { readonly paths: readonly string[] }): ErrorText => ({
    what: `None of the snapshots is whole: ${f.paths.join(', ')}.`,
    why: 'Each was complete before it had its name, so that all of them were damaged later.',
    fix: 'Restore the directory from a copy. To begin anew without what it remembers, give the program an empty one.',
  }),
  'CHECKPOINT.NO_SNAPSHOT': (f: { readonly folder: string; readonly startMs: number }): ErrorText => ({
    what: `The checkpoint in ${f.folder} has no snapshot of ${f.startMs} ms or before, where the program has to go on.`,
    why: 'The log before it was removed, which is done only when two later snapshots are there: somebody took them.',
    fix: 'Put them back, from a copy of the directory. To begin anew, give the program an empty directory.',
  }),
  'CHECKPOINT.OTHER_DIRECTORY': (f: { readonly directory: string; readonly set: string }): ErrorText => ({
    what: `The context was asked for from ${f.directory}, and the function that makes it sets ${f.set}.`,
    why: 'It would read from one checkpoint and write to another, and find neither whole when it comes back.',
    fix: 'Use one directory in both: getOrCreate(directory, create) sets it itself.',
  }),
  'CHECKPOINT.OTHER_INTERVAL': (f: {
    readonly folder: string;
    readonly wasMs: number;
    readonly isMs: number;
  }): ErrorText => ({
    what: `The checkpoint in ${f.folder} is of batches of ${f.wasMs} ms, and the program has batches of ${f.isMs} ms.`,
    why: 'Batches that are to be done again keep their times, and these lie on the grid of the old interval.',
    fix: `Go on with ${f.wasMs} ms, or give the program an empty checkpoint directory.`,
  }),
  'CHECKPOINT.OTHER_PARTITIONS': (f: {
    readonly folder: string;
    readonly state: string;
    readonly was: number;
    readonly is: number;
  }): ErrorText => ({
    what: `'${f.state}' has ${f.was} partitions in the checkpoint in ${f.folder}, and ${f.is} in the program.`,
    why: 'Each partition is written down by itself, with the keys that were placed there.',
    fix: `Give it ${f.was} partitions again, or leave the number out: then it keeps what it has.`,
  }),
  'CHECKPOINT.OTHER_RUNTIME': (_f: object): ErrorText => ({
    what: 'The function that makes the context gave one of another runtime than getOrCreate was told.',
    why: 'The checkpoint is read and written through the storage of the runtime: there would be two.',
    fix: 'Give both the same: getOrCreate(directory, create, { runtime }), new StreamingContext(…, { runtime }).',
  }),
  'CHECKPOINT.OWNED': (f: { readonly folder: string; readonly owner: string; readonly path: string }): ErrorText => ({
    what: `The checkpoint directory ${f.folder} belongs to ${f.owner}.`,
    why: `Two that write there would ruin it; the owner has its name in ${f.path}.`,
    fix: 'Stop that one, or use another directory. If its machine is gone for good, remove that file.',
  }),
  'CHECKPOINT.SEGMENT_MISSING': (f: { readonly path: string }): ErrorText => ({
    what: `The checkpoint log has no ${f.path}, and needs it.`,
    why: 'Segments are deleted oldest first and only when nobody needs them: somebody else has taken this one away.',
    fix: 'Put it back, from a copy of the directory. To begin anew, give the program an empty directory.',
  }),
  'CHECKPOINT.TOO_LARGE': (f: { readonly bytes: number; readonly bytesMax: number }): ErrorText => ({
    what: `${f.bytes} bytes are too many for the checkpoint to write at once.`,
    why: `It takes at most ${f.bytesMax} at once, so that it can read them back in one piece.`,
    fix: 'Keep less in the state of one batch: shorter windows, fewer keys, or smaller values.',
  }),
  'CHECKPOINT.UID_TWICE': (f: { readonly id: string }): ErrorText => ({
    what: `Two streams are called '${f.id}' in the checkpoint.`,
    why: 'The name is how each is found again: one would get what the other kept.',
    fix: 'Give each a name of its own with uid().',
  }),
  'CHECKPOINT.VANISHED': (f: {
    readonly folder: string;
    readonly vanished: readonly string[];
    readonly known: readonly string[];
  }): ErrorText => ({
    what: `The checkpoint in ${f.folder} has what the program no longer has: ${f.vanished.join(', ')}.`,
    why: `Going on would lose it. The program has: ${f.known.join(', ')}.`,
    fix: 'Name a stream that moved with uid(). To leave it behind: getOrCreate(…, { allowNonRestoredState: true }).',
  }),
  'CHECKPOINT.WRITE_FAILED': (f: { readonly folder: string; readonly reason: string }): ErrorText => ({
    what: `The checkpoint in ${f.folder} could not be written: ${f.reason}`,
    why: 'What happens from now on would not survive a crash, so that the program stops. What is safe stays safe.',
    fix: 'Mend what the cause below names and start the program again: it goes on from what is safe.',
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
    fix:
      "Use 'local' (1 slot), 'local[4]' (4 slots), 'local[*]' (a slot a core, at least 2) " +
      "or 'local[4,maxFailures]'.",
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
  'CONF.NO_APP_NAME': (_: object): ErrorText => ({
    what: 'An application name must be set in your configuration.',
    why: 'Logs and pages call the program by it.',
    fix: "new SparkConf().setAppName('WordCount')",
  }),
  'CONF.NO_MASTER': (_: object): ErrorText => ({
    what: 'A master URL must be set in your configuration.',
    why: 'It says where the program runs, and in how many slots.',
    fix: "new SparkConf().setMaster('local[*]')",
  }),
  'CONSTANT.NOT_AN_RDD': (f: { readonly given: string }): ErrorText => ({
    what: `constantInputDStream was given ${f.given} where it takes an RDD.`,
    why: 'It gives the same RDD to every batch.',
    fix: 'Make one first: ssc.constantInputDStream(ssc.sparkContext.parallelize([1, 2, 3])).',
  }),
  'CONTEXT.ALREADY_STOPPED': (f: { readonly call: string }): ErrorText => ({
    what: `${f.call} was called on a stopped StreamingContext.`,
    why: 'Its receivers and clock are gone, so it can never run again.',
    fix: 'Make a new one on the same SparkContext: new StreamingContext(sc, Seconds(1)).',
  }),
  'CONTEXT.BAD_INTERVAL': (f: { readonly interval: string }): ErrorText => ({
    what: `A StreamingContext was made with a batch interval of ${f.interval}.`,
    why: 'Batches are made at multiples of the interval, so it must be longer than 0 ms.',
    fix: 'Say how often: new StreamingContext(conf, Seconds(1)).',
  }),
  'CONTEXT.DEFINE_AFTER_RECOVERY': (f: { readonly call: string }): ErrorText => ({
    what: `${f.call} is too late: the context has been given what its checkpoint directory has.`,
    why: 'What was recovered fits the program as it was then.',
    fix: 'Define all of it in the function that is given to getOrCreate.',
  }),
  'CONTEXT.DEFINE_AFTER_START': (f: { readonly call: string }): ErrorText => ({
    what:
      `${f.call} was called after starting the StreamingContext: adding inputs, transformations and outputs then ` +
      'is not supported.',
    why: 'The program is frozen when it starts, so that every batch runs the same one.',
    fix:
      'Define everything before start(). To change a program, stop it and make a new StreamingContext on the same ' +
      'SparkContext.',
  }),
  'CONTEXT.DEFINE_AFTER_STOP': (f: { readonly call: string }): ErrorText => ({
    what:
      `${f.call} was called after stopping the StreamingContext: adding inputs, transformations and outputs then ` +
      'is not supported.',
    why: 'A stopped context never runs again, so nothing added to it could.',
    fix: 'Make a new one on the same SparkContext: new StreamingContext(sc, Seconds(1)).',
  }),
  'CONTEXT.NEGATIVE_TIMEOUT': (f: { readonly timeout: string }): ErrorText => ({
    what: `awaitTerminationOrTimeout was given ${f.timeout}.`,
    why: 'It says how long to wait, which cannot be less than 0 ms.',
    fix: 'Give it 0 to ask without waiting, or call awaitTermination() to wait without limit.',
  }),
  'CONTEXT.NOT_STARTED': (f: { readonly call: string }): ErrorText => ({
    what: `${f.call} was called on a StreamingContext that is not active.`,
    why: 'It looks at batches, and there are batches only between start() and stop().',
    fix: 'Call it after start(): in foreachRDD, or beside the running program.',
  }),
  'CONTEXT.NO_OUTPUTS': (_: object): ErrorText => ({
    what: 'start() was called on a program without an output operation, so there is nothing to execute.',
    why: 'Streams are only computed for the outputs behind them.',
    fix: 'Add one before start(): stream.print() or stream.foreachRDD(f).',
  }),
  'CONTEXT.NO_SLOT_LEFT': (f: {
    readonly master: string;
    readonly slots: number;
    readonly receivers: number;
  }): ErrorText => ({
    what:
      `${f.receivers} receiver${f.receivers === 1 ? ' takes' : 's take'} ` +
      `${f.slots === 1 ? 'the only slot' : `all ${f.slots} slots`} of ${f.master}: none is left to compute with.`,
    why: 'A receiver takes a slot for its life; with none left, batches would wait for ever.',
    fix:
      `Use at least one more: setMaster('local[${f.receivers + 1}]'), or 'local[*]' on a machine with more cores ` +
      'than receivers.',
  }),
  'CONTEXT.OPTION_TOO_LATE': (f: { readonly option: string }): ErrorText => ({
    what: `A StreamingContext was given a ${f.option} together with a SparkContext.`,
    why: 'The SparkContext has one, which all that runs on it shares; another would be ignored.',
    fix: `Give it to the SparkContext: new SparkContext(conf, { ${f.option} }).`,
  }),
  'CONTEXT.OTHER_ACTIVE': (_: object): ErrorText => ({
    what: 'start() was called while another StreamingContext is active.',
    why: 'Only one StreamingContext may be active in a process.',
    fix:
      'Stop the other one first: await StreamingContext.getActive()?.stop(false). This one can still be started ' +
      'after that.',
  }),
  'CONTEXT.REMEMBER_TWICE': (f: { readonly before: string; readonly now: string }): ErrorText => ({
    what: `remember(${f.now}) was called after remember(${f.before}).`,
    why: 'How long a context remembers is set once.',
    fix: 'Call it once, with the longest duration that is needed.',
  }),
  'CONTEXT.SEVERAL_MISTAKES': (f: { readonly mistakes: readonly string[] }): ErrorText => ({
    what: `start() found ${f.mistakes.length} mistakes in the program:${f.mistakes.map(numbered).join('')}`,
    why: 'All of them would keep it from running; nothing was started.',
    fix: 'Mend each as it says, then call start() again: the context is as it was.',
  }),
  'CONTEXT.SPARK_CONTEXT_EXISTS': (_: object): ErrorText => ({
    what: 'A SparkContext was made while another one is alive.',
    why: 'Only one SparkContext should be running in a process.',
    fix:
      'Use SparkContext.getOrCreate(), give the one you have to new StreamingContext(sc, interval), or stop it ' +
      'first.',
  }),
  'CONTEXT.SPARK_CONTEXT_STOPPED': (f: { readonly call: string }): ErrorText => ({
    what: `${f.call} was called on a stopped SparkContext.`,
    why: 'Stopping a StreamingContext stops its SparkContext too, unless it is told not to.',
    fix: 'Keep it with ssc.stop(false), or make a new SparkContext.',
  }),
  'CONTEXT.STOP_INSIDE_BATCH': (f: { readonly batch: string }): ErrorText => ({
    what: `stop() was awaited inside the work of ${f.batch}.`,
    why: 'The stop has begun, and waits for that batch; the batch would wait for the stop: neither could end.',
    fix:
      'Do not await stop() in an output or a transform: write void ssc.stop(), and await ssc.awaitTermination() ' +
      'outside.',
  }),
  'CONTEXT.STOP_INSIDE_LISTENER': (_: object): ErrorText => ({
    what: 'stop() was called inside a streaming listener.',
    why: 'Stopping tells the listeners, and waits for them; a listener that waits for that would wait for itself.',
    fix: 'Let the listener resolve a promise that the main program awaits before it calls stop().',
  }),
  'DURATION.NOT_POSITIVE': (f: { readonly call: string; readonly duration: string }): ErrorText => ({
    what: `${f.call} was given a duration of ${f.duration}.`,
    why: 'It says how long or how often, so it must be longer than 0 ms.',
    fix: 'Give it a longer one: Seconds(10).',
  }),
  'FILES.BAD_DIRECTORY': (f: { readonly call: string; readonly directory: string }): ErrorText => ({
    what: `${f.call} was given '${f.directory}', which is no directory.`,
    why: 'It looks for new files in a directory, so it takes the path of one.',
    fix: "Name one, such as '/data/incoming', or several, such as '/data/*/incoming'.",
  }),
  'FILES.BAD_RECORD_LENGTH': (f: { readonly recordLength: string }): ErrorText => ({
    what: `binaryRecordsStream cannot cut files into records of ${f.recordLength} bytes.`,
    why: 'All records have the same length, which is a whole number of at least 1.',
    fix: 'Say how many bytes a record has; records of different lengths are for fileStream and a function of your own.',
  }),
  'FILES.CUT_RECORD': (f: {
    readonly path: string;
    readonly sizeBytes: number;
    readonly recordLength: number;
    readonly rest: number;
  }): ErrorText => ({
    what: `${f.path} ends in the middle of a record: of its ${f.sizeBytes} bytes, ${f.rest} are left over.`,
    why: `All records of a binaryRecordsStream have ${f.recordLength} bytes, so a whole file has a multiple of that.`,
    fix: 'Write files elsewhere and move them in when they are complete; if they are, mend the record length.',
  }),
  'FILES.NOT_FOUND': (f: { readonly path: string }): ErrorText => ({
    what: `Input path does not exist: ${f.path}`,
    why: 'No file is there, and no folder with files in it.',
    fix: 'Check the path; it is relative to the folder in which the process was started.',
  }),
  'FILES.NO_ROWS': (f: { readonly path: string; readonly message: string }): ErrorText => ({
    what: `The file ${f.path} holds no rows: ${f.message}`,
    why: 'objectFile reads what saveAsObjectFile wrote; nothing else can become rows.',
    fix: 'Read text with textFile(path) or wholeTextFiles(path).',
  }),
  'GRAPH.DIFFERENT_SLIDES': (f: { readonly operator: string; readonly slides: readonly number[] }): ErrorText => ({
    what:
      `${f.operator} was given streams that have batches at different times: ` +
      `${f.slides.map((ms) => `every ${ms} ms`).join(', ')}.`,
    why: 'It puts RDDs of the same time together, and they would not all have one.',
    fix: 'Put streams together that come from inputs by operators without a slide of their own.',
  }),
  'GRAPH.NOT_A_FUNCTION': (f: { readonly operator: string; readonly given: string }): ErrorText => ({
    what: `${f.operator} was given ${f.given} where it takes a function.`,
    why: 'It calls the function for rows, or batches, later.',
    fix: `Give it one: .${f.operator}((row) => …)`,
  }),
  'GRAPH.OTHER_CONTEXT': (f: { readonly operator: string }): ErrorText => ({
    what: `${f.operator} was given a stream of another StreamingContext.`,
    why: 'Streams of one program share its batches; another context has batches of its own.',
    fix: 'Make both streams from the same StreamingContext.',
  }),
  'GRAPH.WRONG_ARITY': (f: {
    readonly operator: string;
    readonly arity: number | string;
    readonly parents: number;
  }): ErrorText => ({
    what: `${f.operator} takes ${f.arity} stream${f.arity === 1 ? '' : 's'} and was given ${f.parents}.`,
    why: 'An operator states how many parents it has.',
    fix: 'Give via() the operator and its other parents: stream.via(op, other).',
  }),
  'INPUT.ALREADY_USED': (f: { readonly name: string }): ErrorText => ({
    what: `The ${f.name} is already a source of a program.`,
    why: 'A source has a state of its own (its connection, how far it has read), which two programs would share.',
    fix: 'Make a new one for every stream.',
  }),
  'INPUT.NOT_AN_RDD': (f: InBatch & { readonly name: string; readonly returned: string }): ErrorText => ({
    what: `The ${f.name} gave ${f.returned} as the data of batch ${f.timeMs} ms.`,
    why: 'compute() gives an RDD, or undefined where there is none: rows alone are in no partition.',
    fix: 'Make an RDD of them with its second argument: compute(time, make) { return make.rows(rows); }',
  }),
  'JOB.ABORTED': (f: { readonly job: string }): ErrorText => ({
    what: `The job of ${f.job} was aborted.`,
    why: 'It was cancelled, its context was stopped, or its signal aborted, before it ended.',
    fix: 'Nothing, if you meant it. stop({ stopGracefully: true }) lets the batches under way end first.',
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
  'ORDER.NOT_COMPARABLE': (f: { readonly a: string; readonly b: string }): ErrorText => ({
    what: `${f.a} and ${f.b} have no order.`,
    why: 'Only values of one kind are compared: numbers, text, booleans, bigints, dates, and tuples of these.',
    fix: 'Map rows to one kind first, or give an order of your own: sortBy(f, true, undefined, (a, b) => …).',
  }),
  'OUTPUT.BAD_POLICY': (f: { readonly call: string; readonly given: string }): ErrorText => ({
    what: `${f.call} was given ${f.given}.`,
    why: 'What the failure of an output means is one of four policies, and it is said before anything runs.',
    fix: "Say onFailure: fail, stop, retry(3, '1 second'), deadLetter(f), or retry(3, '1 second', deadLetter(f)).",
  }),
  'OUTPUT.NOT_SET_ASIDE': (f: {
    readonly output: string;
    readonly timeMs: number;
    readonly errors: readonly string[];
  }): ErrorText => ({
    what: `${f.output} failed in batch ${f.timeMs} ms, and so did its dead letter:${f.errors.map(numbered).join('')}`,
    why: 'A batch counts as completed only when its dead letter has been taken in; this one was not.',
    fix: 'Give dead letters a place that does not break together with what they are about.',
  }),
  'OUTPUT.THREW': (f: { readonly output: string; readonly timeMs: number; readonly message: string }): ErrorText => ({
    what: `The function of ${f.output} threw in batch ${f.timeMs} ms: ${f.message}`,
    why: 'It failed as a whole, outside of any one row.',
    fix: 'Look at the cause below. Later batches go on; this output of this batch is lost unless it is run again.',
  }),
  'PARTITIONER.OUT_OF_RANGE': (f: {
    readonly key: string;
    readonly place: string;
    readonly numPartitions: number;
  }): ErrorText => ({
    what: `A partitioner put the key ${f.key} into partition ${f.place} of ${f.numPartitions}.`,
    why: `Partitions are numbered from 0 to ${f.numPartitions - 1}.`,
    fix: 'Let getPartition(key) return a whole number in that range, for every key.',
  }),
  'PRINT.BAD_COUNT': (f: { readonly n: string }): ErrorText => ({
    what: `print(${f.n}) was called.`,
    why: 'It prints so many rows of every batch, so it takes a whole number of at least 0.',
    fix: 'print() prints 10 rows, print(n) prints n.',
  }),
  'QUEUE.NOT_AN_RDD': (f: { readonly item: string }): ErrorText => ({
    what: `A queueStream found ${f.item} in its queue.`,
    why: 'It takes one RDD from its queue for each batch.',
    fix: 'Put RDDs into it: queue.push(sc.parallelize([1, 2, 3])).',
  }),
  'QUEUE.NOT_RECOVERABLE': (_f: object): ErrorText => ({
    what: 'A program with a queueStream cannot come back: queueStream does not support checkpointing.',
    why: 'The queue is gone with the process that filled it, and so are the batches that were made of it.',
    fix: 'Read from a source that can give its data again, or give the program an empty checkpoint directory.',
  }),
  'RDD.ACTION_INSIDE_TASK': (f: { readonly job: string }): ErrorText => ({
    what: `An action was begun inside a function of another one, in ${f.job}.`,
    why: 'Such functions hold a slot: when all slots wait for actions, none is left to run these, and all wait.',
    fix: 'Collect the other RDD before, and let the functions read its rows; or join the two.',
  }),
  'RDD.BAD_COUNT': (f: { readonly call: string; readonly count: string }): ErrorText => ({
    what: `${f.call} was asked for ${f.count} partitions or parts.`,
    why: 'It takes a whole number of at least 1.',
    fix: 'Leave it out for the default, or say how many.',
  }),
  'RDD.BAD_EDGES': (f: { readonly edges: readonly number[] }): ErrorText => ({
    what: `histogram cannot make buckets of the edges [${f.edges.join(', ')}].`,
    why: 'A bucket lies between two numbers of which the second is larger; NaN and infinite rows have no place in one.',
    fix: 'Give at least two numbers that rise, or a count, for which all rows are finite: .filter(Number.isFinite).',
  }),
  'RDD.BAD_FRACTION': (f: { readonly fraction: string; readonly withReplacement: boolean }): ErrorText => ({
    what: `sample was asked for a fraction of ${f.fraction}.`,
    why: f.withReplacement
      ? 'It is how often each row comes on average, so it is a number of at least 0.'
      : 'It is the chance of each row to come, so it lies between 0 and 1.',
    fix: 'sample(false, 0.1) gives about a tenth of the rows, sample(true, 2) each about twice.',
  }),
  'RDD.BAD_RANGE': (f: { readonly from: number; readonly to: number; readonly step: number }): ErrorText => ({
    what: `range cannot count from ${f.from} to ${f.to} in steps of ${f.step}.`,
    why: 'All three are numbers, and with steps of 0 it would never arrive.',
    fix: 'range(10) counts up from 0, range(10, 0, -1) down.',
  }),
  'RDD.BAD_ROW_COUNT': (f: { readonly call: string; readonly count: string }): ErrorText => ({
    what: `${f.call}(${f.count}) was called.`,
    why: 'It gives so many rows, so it takes a whole number of at least 0.',
    fix: 'collect() gives all rows.',
  }),
  'RDD.EMPTY': (f: { readonly action: string }): ErrorText => ({
    what: `${f.action}() was called on an RDD without rows.`,
    why: 'There is no row that it could give.',
    fix: 'Ask isEmpty() first, or use take(1) or fold(zero, f), which have an answer for no rows.',
  }),
  'RDD.LEVEL_CHANGED': (f: { readonly from: string; readonly to: string }): ErrorText => ({
    what: `persist(${f.to}) was called on an RDD that is kept as ${f.from} already.`,
    why: 'What is kept already would have to be changed under the jobs that read it.',
    fix: 'Call await rdd.unpersist() first; streams that share an RDD ask for one level.',
  }),
  'RDD.ZERO_NOT_PLAIN': (f: { readonly zero: string }): ErrorText => ({
    what: `The zero ${f.zero} cannot be copied.`,
    why:
      'Functions may change it in place, so that each key and partition begins with a copy, which functions and the ' +
      'classes of objects do not survive.',
    fix: 'Begin with plain data, or with combineByKey(create, …), which makes what it needs.',
  }),
  'RDD.ZIP_UNEQUAL': (f: {
    readonly partition: number | undefined;
    readonly left: number;
    readonly right: number;
  }): ErrorText => ({
    what:
      f.partition === undefined
        ? `zip was given RDDs of ${f.left} and ${f.right} partitions.`
        : `zip found ${f.left} rows on the left and ${f.right} on the right in partition ${f.partition}.`,
    why: 'It puts together the rows of the same place in the same partition.',
    fix: 'Zip RDDs that come from the same one by map, or join them by a key: zipWithIndex() gives one.',
  }),
  'RECEIVER.BLOCKS_LOST': (f: {
    readonly receiver: string;
    readonly timeMs: number;
    readonly blocks: readonly string[];
  }): ErrorText => ({
    what: `Batch ${f.timeMs} ms has lost blocks that ${f.receiver} had received for it: ${f.blocks.join(', ')}.`,
    why: 'They were in memory only when the process ended, and without them the batch would be another one.',
    fix:
      'Leave out spark.streaming.receiver.writeAheadLog.enable, or set it to true: then received blocks come back. ' +
      'For this batch it is too late; delete the checkpoint directory to begin anew.',
  }),
  'RECEIVER.BLOCK_NOT_SAFE': (f: {
    readonly receiver: string;
    readonly block: string;
    readonly rowCount: number;
    readonly isRepeatable: boolean;
    readonly reason: string;
  }): ErrorText => ({
    what: `The block ${f.block} of ${f.receiver} (rows: ${f.rowCount}) could not be made safe: ${f.reason}`,
    why: f.isRepeatable
      ? 'A block that would not survive a crash is given to no batch; its source has not heard that it was taken.'
      : 'A block that would not survive a crash is given to no batch; rows of store and storeLines are lost with it.',
    fix: f.isRepeatable
      ? 'Look after the storage of the checkpoint directory. The receiver starts again; its source can send it again.'
      : 'Look after the storage of the checkpoint directory. With storeBlock the source could send the rows again.',
  }),
  'RECEIVER.GAVE_UP': (f: { readonly receiver: string; readonly message: string }): ErrorText => ({
    what: `The receiver ${f.receiver} is given up: ${f.message}`,
    why: 'It was started as often as it may be, or failed in a way that another try cannot mend.',
    fix: 'Mend what it says, then start the program again; firesteel.receiver.restartsMax says how often it may try.',
  }),
  'RECEIVER.NOT_STARTED': (f: { readonly receiver: string }): ErrorText => ({
    what: `The receiver ${f.receiver} was used while it was not started.`,
    why: 'It has a place in a program from the call of onStart until onStop has ended.',
    fix: 'End whatever produces rows in onStop, and ask isStarted() in loops of your own.',
  }),
  'RECEIVER.ROW_NOT_PLAIN': (f: { readonly receiver: string; readonly value: string }): ErrorText => ({
    what: `${f.receiver} was given ${f.value}, which would come back from the checkpoint directory as something else.`,
    why: 'Received rows are written there as data: functions, and the classes of objects, do not survive.',
    fix: 'Store plain objects, arrays, maps, sets, dates and bytes, and make objects of your classes of them by map.',
  }),
  'RUNTIME.NOT_SETTLED': (f: { readonly busy: readonly string[]; readonly limitMs: number }): ErrorText => ({
    what: `The program under test did not come to rest within ${f.limitMs} ms. Still busy: ${f.busy.join('; ')}.`,
    why: 'A test waits until everything has ended or sleeps on its clock; real time does not stop for it.',
    fix: "Sleep on the runtime's clock instead of setTimeout, and let no promise stay open that nothing will resolve.",
  }),
  'SAVE.FOLDER_EXISTS': (f: { readonly path: string }): ErrorText => ({
    what: `Output directory ${f.path} already exists.`,
    why: 'A program that saves does not write over what another has saved; only a batch that runs again does.',
    fix: 'Save somewhere else, or remove the folder first.',
  }),
  'SAVE.NOT_SERIALIZABLE': (f: { readonly path: string; readonly reason: string }): ErrorText => ({
    what: `Rows cannot be saved in ${f.path}: ${f.reason}`,
    why: 'An object file keeps rows as bytes, which functions and the classes of objects do not survive.',
    fix: 'Map them to plain data first, or save their text: saveAsTextFile(path).',
  }),
  'SLICE.NOT_REMEMBERED': (f: { readonly timeMs: number }): ErrorText => ({
    what: `slice asked for the batch of ${f.timeMs} ms, which is not remembered.`,
    why: 'A source is asked, or its blocks are given, once for each batch; its batch is over, or still to come.',
    fix: 'Before start(), call ssc.remember(duration) with how far back slices reach.',
  }),
  'SOCKET.BAD_FRAME': (f: { readonly sizeBytes: number; readonly message: string }): ErrorText => ({
    what: `A frame of ${f.sizeBytes} bytes from a raw socket holds no rows: ${f.message}`,
    why: 'A frame is an array of rows as V8 writes it; nothing else can become a block.',
    fix: 'Let the server send v8.serialize([row, row, …]) behind the 4 bytes of its length.',
  }),
  'SOCKET.BAD_FRAME_LENGTH': (f: { readonly length: number; readonly frameBytesMax: number }): ErrorText => ({
    what: `A raw socket announced a frame of ${f.length} bytes.`,
    why: `A frame may have 0 to ${f.frameBytesMax} bytes. Most likely these 4 bytes are no length at all.`,
    fix: 'Let the server send the length of each frame as 4 bytes, big-endian, and cut larger blocks into several.',
  }),
  'SOCKET.BAD_HOST': (f: { readonly host: string }): ErrorText => ({
    what: `'${f.host}' is no host name.`,
    why: 'A TCP connection needs a name or an address.',
    fix: "Name one, as in socketTextStream('localhost', 9999).",
  }),
  'SOCKET.BAD_PORT': (f: { readonly port: string }): ErrorText => ({
    what: `${f.port} is no TCP port.`,
    why: 'Ports are whole numbers from 1 to 65535.',
    fix: "Name one, as in socketTextStream('localhost', 9999).",
  }),
  'SOCKET.LINE_TOO_LONG': (f: { readonly lineBytesMax: number }): ErrorText => ({
    what: `A line of more than ${f.lineBytesMax} bytes came from a socket.`,
    why: 'A line is kept whole in memory; one without an end would fill it.',
    fix: 'Send lines that end, or read the bytes with a converter of your own: socketStream(host, port, convert).',
  }),
  'SOCKET.UNKNOWN_HOST': (f: { readonly host: string }): ErrorText => ({
    what: `No machine is known by the name '${f.host}'.`,
    why: 'The name service has no address for it.',
    fix: 'Check the spelling; the receiver goes on trying, in case the name appears.',
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
    fix: `Make pairs before it: .map((row) => [row.id, row]).${f.operator}(…)`,
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
  'STAGE.TIMED_OUT': (f: StageFacts & { readonly timeoutMs: number }): ErrorText => ({
    what: `A call of the function of ${f.operator} took longer than ${f.timeoutMs} ms in ${f.job}.`,
    why: `It was given the row ${f.row}, and its promise has not settled; nobody waits for it any more.`,
    fix: "Give it more time, or say what a slow row means: onError: 'drop', or a function that returns a row instead.",
  }),
  'STATE.MISSING': (_: object): ErrorText => ({
    what: 'get() was called on a key without state.',
    why: 'It is the first time that the key comes, or its state was removed.',
    fix: 'Ask exists() first, or use getOption(), which gives undefined.',
  }),
  'STATE.STEPS_WAIT': (f: {
    readonly operator: string;
    readonly waiting: number;
    readonly sinceMs: number;
  }): ErrorText => ({
    what: `The state of ${f.operator} has ${f.waiting} batches to catch up with, since batch ${f.sinceMs} ms failed.`,
    why: 'The input of all of them is kept in memory, which has a bound: firesteel.batches.pendingMax.',
    fix: 'Make the function answer for what that batch held, and start again.',
  }),
  'STATE.STEP_FAILED': (f: {
    readonly operator: string;
    readonly timeMs: number;
    readonly message: string;
  }): ErrorText => ({
    what: `The state of ${f.operator} could not be brought to batch ${f.timeMs} ms: ${f.message}`,
    why: 'What that batch held is applied before anything later is; it failed then, and failed again now.',
    fix: 'Make the function answer for what that batch held: every batch tries it again.',
  }),
  'STATE.UPDATE_REFUSED': (f: { readonly call: string; readonly reason: string }): ErrorText => ({
    what: `${f.call} was called on a state that cannot change: ${f.reason}.`,
    why: 'The state of a key ends with its removal, and with its time-out.',
    fix: 'Ask isTimingOut() first; to begin anew, update() instead of remove().',
  }),
  'STATE.VERSION_RELEASED': (f: { readonly timeMs: number }): ErrorText => ({
    what: `The state of batch ${f.timeMs} ms was read after it was let go of.`,
    why: 'A version is kept until its batch is over, or for as long as remember() says; newer values are never shown.',
    fix: 'Collect or persist it in its batch, or call remember(duration) before start().',
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
  'TESTING.LAW_BROKEN': (f: {
    readonly seed: number;
    readonly law: string;
    readonly difference: string;
    readonly drawn: number;
    readonly left: number;
    readonly replay: string;
  }): ErrorText => ({
    what: `Seed ${f.seed} breaks the law '${f.law}': ${f.difference}.`,
    why: `It takes ${f.left} of the ${f.drawn} faults that there were.`,
    fix: `Run it again, and look: ${f.replay}`,
  }),
  'TESTING.OUTPUTS_DIFFER': (f: { readonly differences: readonly string[] }): ErrorText => ({
    what: `The outputs are not those that were expected: ${f.differences.join('; ')}.`,
    why: 'Each output was compared with the one expected in its place, row by row.',
    fix: 'Mend the program or the expectation; with { ordered: false } the order inside an output does not count.',
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
  'TRANSFORM.NO_RDD': (f: { readonly operator: string; readonly returned: string }): ErrorText => ({
    what: `The function of ${f.operator} returned ${f.returned} instead of an RDD.`,
    why: 'It makes the RDD of the batch, and no RDD is not the same as an empty one.',
    fix: 'Return an RDD in every case: rdd.filter(() => false) is one without rows.',
  }),
  'WINDOW.NOT_A_MULTIPLE': (f: {
    readonly operator: string;
    readonly what: string;
    readonly durationMs: number;
    readonly slideMs: number;
  }): ErrorText => ({
    what: `The ${f.what} of ${f.operator} is ${f.durationMs} ms, which is not a multiple of ${f.slideMs} ms.`,
    why: 'A window is made of whole batches of its parent, which has one each slide.',
    fix: `Use a multiple of ${f.slideMs} ms.`,
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
