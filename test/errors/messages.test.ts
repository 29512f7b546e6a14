/**
 * What every error says, as a program meets it. Read it aloud: it tells what happened, why, and how to mend it, or it
 * is to be rewritten. A new code needs a specimen; `vitest -u` writes its text here.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FiresteelError } from '../../src/core/errors.ts';
import { specimens } from './specimens.ts';

/** The texts of the errors of a family, or of a part of it, without the lines of the specimens. */
async function textsOf(family: string, part: RegExp = /./): Promise<string> {
  const all: string[] = [];
  for (const [code, provoke] of Object.entries(specimens)) {
    if (!code.startsWith(`${family}.`) || !part.test(code.slice(family.length + 1))) continue;
    const error = await Promise.resolve()
      .then(provoke)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FiresteelError);
    expect(error).toMatchObject({ code });
    all.push(String(error).replaceAll(/((?:specimens|programs|kit)\.ts):\d+/g, '$1:1'));
  }
  return all.join('\n');
}

test('every code of the table has its text here, and its place in the order of the alphabet', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
  const table = read('../../src/core/errors.ts');
  const codes = [...table.matchAll(/^ {2}'([A-Z]+\.[A-Z_]+)': /gm)].map(([, code]) => code ?? '');
  expect(codes.length).toBeGreaterThan(50);
  expect(codes.filter((code) => !read('messages.test.ts').includes(`[${code}] `))).toEqual([]);
  expect(codes).toEqual([...codes].sort());
});

test('ASYNC: how mapAsync calls its function', async () => {
  expect(await textsOf('ASYNC')).toMatchInlineSnapshot(`
    "UsageError: [ASYNC.BAD_OPTION] mapAsync was given concurrency: 0.
      why  concurrency and timeoutMs are whole numbers of at least 1; onError is fail, drop or a function.
      fix  mapAsync(f, { concurrency: 8, timeoutMs: 1000, onError: 'drop' })"
  `);
});

test('BATCH: a batch that cannot be', async () => {
  expect(await textsOf('BATCH')).toMatchInlineSnapshot(`
    "JobError: [BATCH.PARENT_WITHOUT_RDD] transform has nothing to work on in batch 1000 ms: feed made no RDD for it.
      why  transform needs an RDD of every parent in every batch; no RDD is not the same as an empty one.
      fix  Let the source return an empty RDD for a batch without data, or give both streams the same slide.
      at   transform (specimens.ts:1), feed (specimens.ts:1)
    JobError: [BATCH.PLAN_THREW] transform threw while batch 1000 ms was planned: no such table
      why  Functions of transform, and sources that are asked, run on the driver before the batch does; without them it cannot be.
      fix  Look at the cause below. Later batches go on; the outputs of this one did not run.
      at   transform (specimens.ts:1)"
  `);
});

test('BROADCAST: a value that every task reads', async () => {
  expect(await textsOf('BROADCAST')).toMatchInlineSnapshot(`
    "UsageError: [BROADCAST.DESTROYED] A broadcast was read after destroy().
      why  destroy() lets go of the value for good.
      fix  Use unpersist() where the value is needed again, or broadcast it anew."
  `);
});

test('BUG: a mistake of firesteel', async () => {
  expect(await textsOf('BUG')).toMatchInlineSnapshot(`
    "BugError: [BUG.ASSERTION] An invariant does not hold: a batch is sealed once.
      why  Firesteel checks itself while it runs and has found itself wrong.
      fix  Please report this with the text above: it is a mistake of firesteel, not of your program.
    BugError: [BUG.BUS_FULL] 1000000 messages wait on the bus; 'batch.tick' from clock to input:0:feed finds no place.
      why  The queues behind the bus are bounded, so that so many messages mean that somebody posts without end.
      fix  Please report this with the text above: it is a mistake of firesteel, not of your program.
    BugError: [BUG.COMMAND_REFUSED] The streaming-context machine was sent 'context.stopped' in its state INITIALIZED, where that may not happen.
      why  Whoever sends a command asks first whether it may happen, and tells the program if it may not.
      fix  Please report this with the text above: it is a mistake of firesteel, not of your program.
    BugError: [BUG.MACHINE_BROKE] The streaming-context machine broke in the slot claimPlace: the place is taken
      why  A machine only says what may happen; what goes wrong meanwhile comes back as a message, never as a throw.
      fix  Please report this with the text above: it is a mistake of firesteel, not of your program.
    BugError: [BUG.UNKNOWN_MESSAGE] The actor sink:5:print was sent 'batch.tick', which it does not know.
      why  A message that nobody understands would be lost in silence.
      fix  Please report this with the text above: it is a mistake of firesteel, not of your program."
  `);
});

test('CACHE: rows that are kept', async () => {
  expect(await textsOf('CACHE')).toMatchInlineSnapshot(`
    "UsageError: [CACHE.NOT_SERIALIZABLE] Rows cannot be kept as MEMORY_ONLY_SER: () => undefined could not be cloned.
      why  That level keeps rows as bytes, which functions and the classes of objects do not survive.
      fix  Keep them as values: persist(StorageLevel.MEMORY_ONLY), or map them to plain data first."
  `);
});

test('CHECKPOINT: rows that are written down, a to m', async () => {
  expect(await textsOf('CHECKPOINT', /^[A-M]/)).toMatchInlineSnapshot(`
    "UsageError: [CHECKPOINT.BAD_INTERVAL] The checkpoint interval for Tray has been set to 1500 ms, which is not a multiple of its slide time (1000 ms).
      why  Its rows are written down when it has some, which is once each slide.
      fix  Set it to a multiple of 1000 ms; five to ten slides are usual.
      at   Tray (programs.ts:1)
    StateError: [CHECKPOINT.BAD_LOCK] Who owns the checkpoint directory cannot be read from checkpoint/lock-0000000000000001.
      why  Two processes that write there would ruin it, so that nobody begins without knowing.
      fix  Make sure that no process uses the directory, remove that file, and start again.
    UsageError: [CHECKPOINT.BAD_UID] ' ' is no name that a stream can have in a checkpoint.
      why  The name is how its source or its state is found again when the program comes back.
      fix  Give it a text that says what it keeps: counts.uid('counts').
    StateError: [CHECKPOINT.CORRUPT] The checkpoint file checkpoint/log-0000000000000001 is damaged at byte 0.
      why  What stood there had been written and made safe, and its checksum no longer fits: a disk, a copy or a hand.
      fix  Restore the directory from a copy. To begin anew without what it remembers, give the program an empty one.
    StateError: [CHECKPOINT.LOG_BROKEN] The checkpoint log in checkpoint takes no more, since it could not be written: [STORAGE.FAILED] Could not append to checkpoint/log-0000000000000001: ENOSPC: no space left on device.
      why  Half a record may stand at its end now, and what came behind it would not be found again.
      fix  Mend what the cause below names and start the program again: it goes on from what is safe."
  `);
});

test('CHECKPOINT: rows that are written down, n to z', async () => {
  expect(await textsOf('CHECKPOINT', /^[N-Z]/)).toMatchInlineSnapshot(`
    "StateError: [CHECKPOINT.NEWER_FORMAT] The checkpoint file checkpoint/log-0000000000000001 has format 2; this firesteel reads formats up to 1.
      why  A newer firesteel has written it, and older code could only guess what it means.
      fix  Start the program with that firesteel again, or give it an empty checkpoint directory.
    UsageError: [CHECKPOINT.NOT_NEW] The function that makes the context gave one that is STOPPED.
      why  What the checkpoint directory has can only be given to a context before it starts.
      fix  Make and define the context in it, return it, and start it when getOrCreate has resolved.
    UsageError: [CHECKPOINT.NOT_PERSISTED] Tray is to be checkpointed, and its storage level is NONE.
      why  Its rows would be computed twice: once for the program, once to be written down.
      fix  Leave the level alone (checkpoint sets one), or persist with another.
      at   Tray (programs.ts:1)
    StateError: [CHECKPOINT.NOT_PLAIN] The state of updateStateByKey cannot be written down: Point { x: 1 } is no plain data.
      why  A checkpoint holds plain data. Functions and the classes of objects would not come back.
      fix  Keep numbers, texts, arrays, plain objects, dates, maps, sets and bytes in it.
      at   updateStateByKey (checkpoint-specimens.ts:1)
    UsageError: [CHECKPOINT.NO_DIRECTORY] Tray is to be checkpointed, and the checkpoint directory has not been set.
      why  There is nowhere to write its rows down.
      fix  Set it before start(): ssc.checkpoint(directory).
      at   Tray (programs.ts:1)
    StateError: [CHECKPOINT.NO_GOOD_SNAPSHOT] None of the snapshots is whole: checkpoint/snapshot-0000000000002000, checkpoint/snapshot-0000000000001000.
      why  Each was complete before it had its name, so that all of them were damaged later.
      fix  Restore the directory from a copy. To begin anew without what it remembers, give the program an empty one.
    StateError: [CHECKPOINT.NO_SNAPSHOT] The checkpoint in checkpoint has no snapshot of 0 ms or before, where the program has to go on.
      why  The log before it was removed, which is done only when two later snapshots are there: somebody took them.
      fix  Put them back, from a copy of the directory. To begin anew, give the program an empty directory.
    UsageError: [CHECKPOINT.OTHER_DIRECTORY] The context was asked for from checkpoint, and the function that makes it sets elsewhere.
      why  It would read from one checkpoint and write to another, and find neither whole when it comes back.
      fix  Use one directory in both: getOrCreate(directory, create) sets it itself.
    UsageError: [CHECKPOINT.OTHER_INTERVAL] The checkpoint in checkpoint is of batches of 1000 ms, and the program has batches of 500 ms.
      why  Batches that are to be done again keep their times, and these lie on the grid of the old interval.
      fix  Go on with 1000 ms, or give the program an empty checkpoint directory.
    UsageError: [CHECKPOINT.OTHER_PARTITIONS] 'feed#0/updateStateByKey#0' has 2 partitions in the checkpoint in checkpoint, and 3 in the program.
      why  Each partition is written down by itself, with the keys that were placed there.
      fix  Give it 2 partitions again, or leave the number out: then it keeps what it has.
      at   updateStateByKey (checkpoint-specimens.ts:1)
    UsageError: [CHECKPOINT.OTHER_RUNTIME] The function that makes the context gave one of another runtime than getOrCreate was told.
      why  The checkpoint is read and written through the storage of the runtime: there would be two.
      fix  Give both the same: getOrCreate(directory, create, { runtime }), new StreamingContext(…, { runtime }).
    StateError: [CHECKPOINT.OWNED] The checkpoint directory checkpoint belongs to process 1 on memory, since 1970-01-01T00:00:00.000Z.
      why  Two that write there would ruin it; the owner has its name in checkpoint/lock-0000000000000001.
      fix  Stop that one, or use another directory. If its machine is gone for good, remove that file.
    StateError: [CHECKPOINT.SEGMENT_MISSING] The checkpoint log has no checkpoint/log-0000000000000007, and needs it.
      why  Segments are deleted oldest first and only when nobody needs them: somebody else has taken this one away.
      fix  Put it back, from a copy of the directory. To begin anew, give the program an empty directory.
    StateError: [CHECKPOINT.TOO_LARGE] 1100014300 bytes are too many for the checkpoint to write at once.
      why  It takes at most 1073741824 at once, so that it can read them back in one piece.
      fix  Keep less in the state of one batch: shorter windows, fewer keys, or smaller values.
    UsageError: [CHECKPOINT.UID_TWICE] Two streams are called 'numbers' in the checkpoint.
      why  The name is how each is found again: one would get what the other kept.
      fix  Give each a name of its own with uid().
      at   feed (checkpoint-specimens.ts:1), feed (checkpoint-specimens.ts:1)
    UsageError: [CHECKPOINT.VANISHED] The checkpoint in checkpoint has what the program no longer has: feed#0/updateStateByKey#0.
      why  Going on would lose it. The program has: feed#0, feed#0/print#0.
      fix  Name a stream that moved with uid(). To leave it behind: getOrCreate(…, { allowNonRestoredState: true }).
    StateError: [CHECKPOINT.WRITE_FAILED] The checkpoint in checkpoint could not be written: [STORAGE.FAILED] Could not append to checkpoint/log-0000000000000001: ENOSPC: no space left on device.
      why  What happens from now on would not survive a crash, so that the program stops. What is safe stays safe.
      fix  Mend what the cause below names and start the program again: it goes on from what is safe."
  `);
});

test('CLOCK: the clock of a test', async () => {
  expect(await textsOf('CLOCK')).toMatchInlineSnapshot(`
    "UsageError: [CLOCK.ALREADY_MOVING] The clock of the test was told to move while it was moving, at 0 ms.
      why  Two moves at once have no order, so that the test would not repeat.
      fix  Await the first: await clock.advance(1000). What a timer or a job calls must not move the clock.
    UsageError: [CLOCK.BAD_STEP] The clock of the test cannot move by -1 ms.
      why  Time counts whole milliseconds and never runs backwards.
      fix  Move it by a whole number of milliseconds, 0 or more."
  `);
});

test('CONF: a configuration', async () => {
  expect(await textsOf('CONF')).toMatchInlineSnapshot(`
    "UsageError: [CONF.BAD_MASTER] The master 'yarn' is not one that firesteel can run on.
      why  A program runs in slots of its own process: there is no cluster behind it to send work to.
      fix  Use 'local' (1 slot), 'local[4]' (4 slots), 'local[*]' (a slot a core, at least 2) or 'local[4,maxFailures]'.
    UsageError: [CONF.BAD_VALUE] The configuration key spark.streaming.blockInterval cannot be '0 ms'.
      why  It takes a length of time, at least 1 ms, such as '200 ms' or '2s'; a bare number counts ms.
      fix  Set it to such a value, or not at all: docs/configuration.md lists the keys and their defaults.
    UsageError: [CONF.MISSING_KEY] The configuration has no value for 'spark.ui.port'.
      why  get() with a key alone is for a value that must be there.
      fix  Set it first, or say what holds without it: conf.get('spark.ui.port', 'the default').
    UsageError: [CONF.NO_APP_NAME] An application name must be set in your configuration.
      why  Logs and pages call the program by it.
      fix  new SparkConf().setAppName('WordCount')
      at   made in specimens.ts:1
    UsageError: [CONF.NO_MASTER] A master URL must be set in your configuration.
      why  It says where the program runs, and in how many slots.
      fix  new SparkConf().setMaster('local[*]')
      at   made in specimens.ts:1"
  `);
});

test('CONSTANT: the same RDD in every batch', async () => {
  expect(await textsOf('CONSTANT')).toMatchInlineSnapshot(`
    "UsageError: [CONSTANT.NOT_AN_RDD] constantInputDStream was given null where it takes an RDD.
      why  It gives the same RDD to every batch.
      fix  Make one first: ssc.constantInputDStream(ssc.sparkContext.parallelize([1, 2, 3]))."
  `);
});

test('CONTEXT: the life of a context, a to d', async () => {
  expect(await textsOf('CONTEXT', /^[A-D]/)).toMatchInlineSnapshot(`
    "UsageError: [CONTEXT.ALREADY_STOPPED] start() was called on a stopped StreamingContext.
      why  Its receivers and clock are gone, so it can never run again.
      fix  Make a new one on the same SparkContext: new StreamingContext(sc, Seconds(1)).
      at   made in kit.ts:1, stopped in specimens.ts:1
    UsageError: [CONTEXT.BAD_INTERVAL] A StreamingContext was made with a batch interval of 0 ms.
      why  Batches are made at multiples of the interval, so it must be longer than 0 ms.
      fix  Say how often: new StreamingContext(conf, Seconds(1)).
      at   made in specimens.ts:1
    UsageError: [CONTEXT.DEFINE_AFTER_RECOVERY] socketTextStream() is too late: the context has been given what its checkpoint directory has.
      why  What was recovered fits the program as it was then.
      fix  Define all of it in the function that is given to getOrCreate.
    UsageError: [CONTEXT.DEFINE_AFTER_START] map() was called after starting the StreamingContext: adding inputs, transformations and outputs then is not supported.
      why  The program is frozen when it starts, so that every batch runs the same one.
      fix  Define everything before start(). To change a program, stop it and make a new StreamingContext on the same SparkContext.
      at   started in specimens.ts:1
    UsageError: [CONTEXT.DEFINE_AFTER_STOP] print() was called after stopping the StreamingContext: adding inputs, transformations and outputs then is not supported.
      why  A stopped context never runs again, so nothing added to it could.
      fix  Make a new one on the same SparkContext: new StreamingContext(sc, Seconds(1)).
      at   stopped in specimens.ts:1"
  `);
});

test('CONTEXT: the life of a context, e to z', async () => {
  expect(await textsOf('CONTEXT', /^[E-Z]/)).toMatchInlineSnapshot(`
    "UsageError: [CONTEXT.NEGATIVE_TIMEOUT] awaitTerminationOrTimeout was given -1 ms.
      why  It says how long to wait, which cannot be less than 0 ms.
      fix  Give it 0 to ask without waiting, or call awaitTermination() to wait without limit.
    UsageError: [CONTEXT.NOT_STARTED] slice() was called on a StreamingContext that is not active.
      why  It looks at batches, and there are batches only between start() and stop().
      fix  Call it after start(): in foreachRDD, or beside the running program.
    UsageError: [CONTEXT.NO_OUTPUTS] start() was called on a program without an output operation, so there is nothing to execute.
      why  Streams are only computed for the outputs behind them.
      fix  Add one before start(): stream.print() or stream.foreachRDD(f).
      at   made in kit.ts:1
    UsageError: [CONTEXT.NO_SLOT_LEFT] 1 receiver takes the only slot of local[1]: none is left to compute with.
      why  A receiver takes a slot for its life; with none left, batches would wait for ever.
      fix  Use at least one more: setMaster('local[2]'), or 'local[*]' on a machine with more cores than receivers.
      at   made in kit.ts:1
    UsageError: [CONTEXT.OPTION_TOO_LATE] A StreamingContext was given a logSink together with a SparkContext.
      why  The SparkContext has one, which all that runs on it shares; another would be ignored.
      fix  Give it to the SparkContext: new SparkContext(conf, { logSink }).
      at   made in specimens.ts:1
    UsageError: [CONTEXT.OTHER_ACTIVE] start() was called while another StreamingContext is active.
      why  Only one StreamingContext may be active in a process.
      fix  Stop the other one first: await StreamingContext.getActive()?.stop(false). This one can still be started after that.
      at   made in specimens.ts:1, the other started in specimens.ts:1
    UsageError: [CONTEXT.REMEMBER_TWICE] remember(20000 ms) was called after remember(10000 ms).
      why  How long a context remembers is set once.
      fix  Call it once, with the longest duration that is needed.
    UsageError: [CONTEXT.SEVERAL_MISTAKES] start() found 2 mistakes in the program:
        1. [CONTEXT.NO_OUTPUTS] start() was called on a program without an output operation, so there is nothing to execute.
             why  Streams are only computed for the outputs behind them.
             fix  Add one before start(): stream.print() or stream.foreachRDD(f).
             at   made in kit.ts:1
        2. [CONTEXT.NO_SLOT_LEFT] 1 receiver takes the only slot of local[1]: none is left to compute with.
             why  A receiver takes a slot for its life; with none left, batches would wait for ever.
             fix  Use at least one more: setMaster('local[2]'), or 'local[*]' on a machine with more cores than receivers.
             at   made in kit.ts:1
      why  All of them would keep it from running; nothing was started.
      fix  Mend each as it says, then call start() again: the context is as it was.
    UsageError: [CONTEXT.SPARK_CONTEXT_EXISTS] A SparkContext was made while another one is alive.
      why  Only one SparkContext should be running in a process.
      fix  Use SparkContext.getOrCreate(), give the one you have to new StreamingContext(sc, interval), or stop it first.
      at   made in specimens.ts:1, the other made in kit.ts:1
    UsageError: [CONTEXT.SPARK_CONTEXT_STOPPED] parallelize() was called on a stopped SparkContext.
      why  Stopping a StreamingContext stops its SparkContext too, unless it is told not to.
      fix  Keep it with ssc.stop(false), or make a new SparkContext.
      at   made in kit.ts:1, stopped in specimens.ts:1
    UsageError: [CONTEXT.STOP_INSIDE_BATCH] stop() was awaited inside the work of batch 1000 ms, foreachRDD (specimens.ts:1).
      why  The stop has begun, and waits for that batch; the batch would wait for the stop: neither could end.
      fix  Do not await stop() in an output or a transform: write void ssc.stop(), and await ssc.awaitTermination() outside.
    UsageError: [CONTEXT.STOP_INSIDE_LISTENER] stop() was called inside a streaming listener.
      why  Stopping tells the listeners, and waits for them; a listener that waits for that would wait for itself.
      fix  Let the listener resolve a promise that the main program awaits before it calls stop()."
  `);
});

test('DURATION: how long', async () => {
  expect(await textsOf('DURATION')).toMatchInlineSnapshot(`
    "UsageError: [DURATION.NOT_POSITIVE] remember was given a duration of 0 ms.
      why  It says how long or how often, so it must be longer than 0 ms.
      fix  Give it a longer one: Seconds(10)."
  `);
});

test('FILES: files and directories', async () => {
  expect(await textsOf('FILES')).toMatchInlineSnapshot(`
    "UsageError: [FILES.BAD_DIRECTORY] textFileStream was given '', which is no directory.
      why  It looks for new files in a directory, so it takes the path of one.
      fix  Name one, such as '/data/incoming', or several, such as '/data/*/incoming'.
    UsageError: [FILES.BAD_RECORD_LENGTH] binaryRecordsStream cannot cut files into records of 0 bytes.
      why  All records have the same length, which is a whole number of at least 1.
      fix  Say how many bytes a record has; records of different lengths are for fileStream and a function of your own.
    JobError: [FILES.CUT_RECORD] /data/incoming/measures-17 ends in the middle of a record: of its 4099 bytes, 3 are left over.
      why  All records of a binaryRecordsStream have 16 bytes, so a whole file has a multiple of that.
      fix  Write files elsewhere and move them in when they are complete; if they are, mend the record length.
    UsageError: [FILES.NOT_FOUND] Input path does not exist: /data/inputt
      why  No file is there, and no folder with files in it.
      fix  Check the path; it is relative to the folder in which the process was started.
    UsageError: [FILES.NO_ROWS] The file /in/a holds no rows: Unable to deserialize cloned data due to invalid or unsupported version.
      why  objectFile reads what saveAsObjectFile wrote; nothing else can become rows.
      fix  Read text with textFile(path) or wholeTextFiles(path)."
  `);
});

test('GRAPH: a program while it is written', async () => {
  expect(await textsOf('GRAPH')).toMatchInlineSnapshot(`
    "UsageError: [GRAPH.DIFFERENT_SLIDES] union was given streams that have batches at different times: every 2000 ms, every 1000 ms.
      why  It puts RDDs of the same time together, and they would not all have one.
      fix  Put streams together that come from inputs by operators without a slide of their own.
    UsageError: [GRAPH.NOT_A_FUNCTION] map was given [object Object] where it takes a function.
      why  It calls the function for rows, or batches, later.
      fix  Give it one: .map((row) => …)
    UsageError: [GRAPH.OTHER_CONTEXT] union was given a stream of another StreamingContext.
      why  Streams of one program share its batches; another context has batches of its own.
      fix  Make both streams from the same StreamingContext.
    UsageError: [GRAPH.WRONG_ARITY] both takes 2 streams and was given 1.
      why  An operator states how many parents it has.
      fix  Give via() the operator and its other parents: stream.via(op, other)."
  `);
});

test('INPUT: a source', async () => {
  expect(await textsOf('INPUT')).toMatchInlineSnapshot(`
    "UsageError: [INPUT.ALREADY_USED] The Tray is already a source of a program.
      why  A source has a state of its own (its connection, how far it has read), which two programs would share.
      fix  Make a new one for every stream.
    UsageError: [INPUT.NOT_AN_RDD] The Bare gave [ 1, 2, 3 ] as the data of batch 1000 ms.
      why  compute() gives an RDD, or undefined where there is none: rows alone are in no partition.
      fix  Make an RDD of them with its second argument: compute(time, make) { return make.rows(rows); }
      at   Bare (specimens.ts:1)"
  `);
});

test('JOB: the work of an output', async () => {
  expect(await textsOf('JOB')).toMatchInlineSnapshot(`
    "JobError: [JOB.ABORTED] The job of batch 3000 ms, print (job.ts:14) was aborted.
      why  It was cancelled, its context was stopped, or its signal aborted, before it ended.
      fix  Nothing, if you meant it. stop({ stopGracefully: true }) lets the batches under way end first."
  `);
});

test('KEY: what cannot be a key', async () => {
  expect(await textsOf('KEY')).toMatchInlineSnapshot(`
    "UsageError: [KEY.CLASS_INSTANCE] A key is, or holds, an instance of the class Point: [ 2, Point { x: 1 } ].
      why  Keys are equal by value, and only the class knows which of its objects mean the same.
      fix  Key by its plain data, or let it tell: class Point { [keyOf]() { return [this.someField]; } }.
    UsageError: [KEY.CYCLE] A key contains itself: <ref *1> [ 1, [Circular *1] ].
      why  Keys are compared part by part, and the parts of this one have no end.
      fix  Key by the part that identifies the row.
    UsageError: [KEY.NOT_A_VALUE] A key is, or holds, a function: { by: [Function: nothing] }.
      why  Keys are equal by value, on every machine, and this has no value that firesteel could compare.
      fix  Key by plain data: text, numbers, booleans, null, tuples, plain objects, dates or bytes."
  `);
});

test('LOG: the log', async () => {
  expect(await textsOf('LOG')).toMatchInlineSnapshot(`
    "UsageError: [LOG.BAD_LEVEL] There is no log level 'LOUD'.
      why  The levels are ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF.
      fix  Name one of them; upper and lower case are the same."
  `);
});

test('ORDER: rows that are compared', async () => {
  expect(await textsOf('ORDER')).toMatchInlineSnapshot(`
    "UsageError: [ORDER.NOT_COMPARABLE] 1 and "a" have no order.
      why  Only values of one kind are compared: numbers, text, booleans, bigints, dates, and tuples of these.
      fix  Map rows to one kind first, or give an order of your own: sortBy(f, true, undefined, (a, b) => …)."
  `);
});

test('OUTPUT: an output', async () => {
  expect(await textsOf('OUTPUT')).toMatchInlineSnapshot(`
    "UsageError: [OUTPUT.BAD_POLICY] retry() was given 0.5 retries.
      why  What the failure of an output means is one of four policies, and it is said before anything runs.
      fix  Say onFailure: fail, stop, retry(3, '1 second'), deadLetter(f), or retry(3, '1 second', deadLetter(f)).
    JobError: [OUTPUT.NOT_SET_ASIDE] foreachRDD failed in batch 1000 ms, and so did its dead letter:
        1. [OUTPUT.THREW] The function of foreachRDD threw in batch 1000 ms: connection lost
             why  It failed as a whole, outside of any one row.
             fix  Look at the cause below. Later batches go on; this output of this batch is lost unless it is run again.
             at   foreachRDD (specimens.ts:1)
        2. [OUTPUT.THREW] The function of deadLetter of foreachRDD threw in batch 1000 ms: no room
             why  It failed as a whole, outside of any one row.
             fix  Look at the cause below. Later batches go on; this output of this batch is lost unless it is run again.
             at   foreachRDD (specimens.ts:1)
      why  A batch counts as completed only when its dead letter has been taken in; this one was not.
      fix  Give dead letters a place that does not break together with what they are about.
      at   foreachRDD (specimens.ts:1)
    JobError: [OUTPUT.THREW] The function of foreachRDD threw in batch 1000 ms: connection lost
      why  It failed as a whole, outside of any one row.
      fix  Look at the cause below. Later batches go on; this output of this batch is lost unless it is run again.
      at   foreachRDD (specimens.ts:1)"
  `);
});

test('PARTITIONER: a partitioner of the program', async () => {
  expect(await textsOf('PARTITIONER')).toMatchInlineSnapshot(`
    "UsageError: [PARTITIONER.OUT_OF_RANGE] A partitioner put the key "a" into partition -1 of 2.
      why  Partitions are numbered from 0 to 1.
      fix  Let getPartition(key) return a whole number in that range, for every key."
  `);
});

test('PRINT: print()', async () => {
  expect(await textsOf('PRINT')).toMatchInlineSnapshot(`
    "UsageError: [PRINT.BAD_COUNT] print(-1) was called.
      why  It prints so many rows of every batch, so it takes a whole number of at least 0.
      fix  print() prints 10 rows, print(n) prints n."
  `);
});

test('QUEUE: a queue of RDDs', async () => {
  expect(await textsOf('QUEUE')).toMatchInlineSnapshot(`
    "UsageError: [QUEUE.NOT_AN_RDD] A queueStream found [ 1, 2, 3 ] in its queue.
      why  It takes one RDD from its queue for each batch.
      fix  Put RDDs into it: queue.push(sc.parallelize([1, 2, 3])).
    UsageError: [QUEUE.NOT_RECOVERABLE] A program with a queueStream cannot come back: queueStream does not support checkpointing.
      why  The queue is gone with the process that filled it, and so are the batches that were made of it.
      fix  Read from a source that can give its data again, or give the program an empty checkpoint directory."
  `);
});

test('RDD: operators and actions', async () => {
  expect(await textsOf('RDD')).toMatchInlineSnapshot(`
    "UsageError: [RDD.ACTION_INSIDE_TASK] An action was begun inside a function of another one, in the SparkContext.
      why  Such functions hold a slot: when all slots wait for actions, none is left to run these, and all wait.
      fix  Collect the other RDD before, and let the functions read its rows; or join the two.
    UsageError: [RDD.BAD_COUNT] parallelize was asked for 0 partitions or parts.
      why  It takes a whole number of at least 1.
      fix  Leave it out for the default, or say how many.
    UsageError: [RDD.BAD_EDGES] histogram cannot make buckets of the edges [2, 1].
      why  A bucket lies between two numbers of which the second is larger; NaN and infinite rows have no place in one.
      fix  Give at least two numbers that rise, or a count, for which all rows are finite: .filter(Number.isFinite).
    UsageError: [RDD.BAD_FRACTION] sample was asked for a fraction of 2.
      why  It is the chance of each row to come, so it lies between 0 and 1.
      fix  sample(false, 0.1) gives about a tenth of the rows, sample(true, 2) each about twice.
    UsageError: [RDD.BAD_RANGE] range cannot count from 0 to 10 in steps of 0.
      why  All three are numbers, and with steps of 0 it would never arrive.
      fix  range(10) counts up from 0, range(10, 0, -1) down.
    UsageError: [RDD.BAD_ROW_COUNT] take(-1) was called.
      why  It gives so many rows, so it takes a whole number of at least 0.
      fix  collect() gives all rows.
    UsageError: [RDD.EMPTY] first() was called on an RDD without rows.
      why  There is no row that it could give.
      fix  Ask isEmpty() first, or use take(1) or fold(zero, f), which have an answer for no rows.
    UsageError: [RDD.LEVEL_CHANGED] persist(DISK_ONLY) was called on an RDD that is kept as MEMORY_ONLY already.
      why  What is kept already would have to be changed under the jobs that read it.
      fix  Call await rdd.unpersist() first; streams that share an RDD ask for one level.
    UsageError: [RDD.ZIP_UNEQUAL] zip found 2 rows on the left and 1 on the right in partition 0.
      why  It puts together the rows of the same place in the same partition.
      fix  Zip RDDs that come from the same one by map, or join them by a key: zipWithIndex() gives one.
    UsageError: [RDD.ZERO_NOT_PLAIN] The zero [Function: nothing] cannot be copied.
      why  Functions may change it in place, so that each key and partition begins with a copy, which functions and the classes of objects do not survive.
      fix  Begin with plain data, or with combineByKey(create, …), which makes what it needs."
  `);
});

test('RECEIVER: what arrives by itself', async () => {
  expect(await textsOf('RECEIVER')).toMatchInlineSnapshot(`
    "SourceError: [RECEIVER.BLOCKS_LOST] Batch 1000 ms has lost blocks that Tap had received for it: input-0-3, input-0-4.
      why  They were in memory only when the process ended, and without them the batch would be another one.
      fix  Leave out spark.streaming.receiver.writeAheadLog.enable, or set it to true: then received blocks come back. For this batch it is too late; delete the checkpoint directory to begin anew.
    SourceError: [RECEIVER.BLOCK_NOT_SAFE] The block input-0-0 of Tap (rows: 2) could not be made safe: no room on the disk
      why  A block that would not survive a crash is given to no batch; its source has not heard that it was taken.
      fix  Look after the storage of the checkpoint directory. The receiver starts again; its source can send it again.
      at   receiverStream (specimens.ts:1)
    SourceError: [RECEIVER.GAVE_UP] The receiver Broken is given up: Error starting receiver 0: no such queue
      why  It was started as often as it may be, or failed in a way that another try cannot mend.
      fix  Mend what it says, then start the program again; firesteel.receiver.restartsMax says how often it may try.
      at   receiverStream (specimens.ts:1)
    UsageError: [RECEIVER.NOT_STARTED] The receiver Tap was used while it was not started.
      why  It has a place in a program from the call of onStart until onStop has ended.
      fix  End whatever produces rows in onStop, and ask isStarted() in loops of your own.
    UsageError: [RECEIVER.ROW_NOT_PLAIN] Tap was given Point { x: 1 }, which would come back from the checkpoint directory as something else.
      why  Received rows are written there as data: functions, and the classes of objects, do not survive.
      fix  Store plain objects, arrays, maps, sets, dates and bytes, and make objects of your classes of them by map.
      at   receiverStream (specimens.ts:1)"
  `);
});

test('RUNTIME: the world of a test', async () => {
  expect(await textsOf('RUNTIME')).toMatchInlineSnapshot(`
    "UsageError: [RUNTIME.NOT_SETTLED] The program under test did not come to rest within 5000 ms. Still busy: sink:3:foreachRDD at 1000 ms; input:0:slow at 2000 ms.
      why  A test waits until everything has ended or sleeps on its clock; real time does not stop for it.
      fix  Sleep on the runtime's clock instead of setTimeout, and let no promise stay open that nothing will resolve."
  `);
});

test('SAVE: rows that are saved', async () => {
  expect(await textsOf('SAVE')).toMatchInlineSnapshot(`
    "UsageError: [SAVE.FOLDER_EXISTS] Output directory out already exists.
      why  A program that saves does not write over what another has saved; only a batch that runs again does.
      fix  Save somewhere else, or remove the folder first.
    UsageError: [SAVE.NOT_SERIALIZABLE] Rows cannot be saved in out: () => undefined could not be cloned.
      why  An object file keeps rows as bytes, which functions and the classes of objects do not survive.
      fix  Map them to plain data first, or save their text: saveAsTextFile(path)."
  `);
});

test('SLICE: the past of a stream', async () => {
  expect(await textsOf('SLICE')).toMatchInlineSnapshot(`
    "UsageError: [SLICE.NOT_REMEMBERED] slice asked for the batch of 1000 ms, which is not remembered.
      why  A source is asked, or its blocks are given, once for each batch; its batch is over, or still to come.
      fix  Before start(), call ssc.remember(duration) with how far back slices reach.
      at   Tray (programs.ts:1)"
  `);
});

test('SOCKET: TCP', async () => {
  expect(await textsOf('SOCKET')).toMatchInlineSnapshot(`
    "SourceError: [SOCKET.BAD_FRAME] A frame of 7 bytes from a raw socket holds no rows: what they hold is no array
      why  A frame is an array of rows as V8 writes it; nothing else can become a block.
      fix  Let the server send v8.serialize([row, row, …]) behind the 4 bytes of its length.
    SourceError: [SOCKET.BAD_FRAME_LENGTH] A raw socket announced a frame of 1195725856 bytes.
      why  A frame may have 0 to 67108864 bytes. Most likely these 4 bytes are no length at all.
      fix  Let the server send the length of each frame as 4 bytes, big-endian, and cut larger blocks into several.
    UsageError: [SOCKET.BAD_HOST] '' is no host name.
      why  A TCP connection needs a name or an address.
      fix  Name one, as in socketTextStream('localhost', 9999).
    UsageError: [SOCKET.BAD_PORT] 70000 is no TCP port.
      why  Ports are whole numbers from 1 to 65535.
      fix  Name one, as in socketTextStream('localhost', 9999).
    SourceError: [SOCKET.LINE_TOO_LONG] A line of more than 16777216 bytes came from a socket.
      why  A line is kept whole in memory; one without an end would fill it.
      fix  Send lines that end, or read the bytes with a converter of your own: socketStream(host, port, convert).
    SourceError: [SOCKET.UNKNOWN_HOST] No machine is known by the name 'locahlost'.
      why  The name service has no address for it.
      fix  Check the spelling; the receiver goes on trying, in case the name appears."
  `);
});

test('SOCKETS: the network of a test', async () => {
  expect(await textsOf('SOCKETS')).toMatchInlineSnapshot(`
    "UsageError: [SOCKETS.ADDRESS_IN_USE] A server of this test listens on localhost:9999 already.
      why  A connection could not tell which of the two it wants.
      fix  Close the first, or listen on another port."
  `);
});

test('STAGE: a function over rows', async () => {
  expect(await textsOf('STAGE')).toMatchInlineSnapshot(`
    "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 1000 ms, foreachRDD (specimens.ts:1): no second field
      why  It was given the row "a,,b".
      fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
      at   feed → map (specimens.ts:1)
    JobError: [STAGE.NOT_A_PAIR] reduceByKey was given "", which is no [key, value] pair, in batch 1000 ms, foreachRDD (specimens.ts:1).
      why  Keyed operators read each row as an array of a key and a value.
      fix  Make pairs before it: .map((row) => [row.id, row]).reduceByKey(…)
      at   feed → reduceByKey (specimens.ts:1)
    JobError: [STAGE.NOT_ITERABLE] The function of flatMap returned 0, which is not iterable, in batch 1000 ms, foreachRDD (specimens.ts:1).
      why  flatMap puts the rows of what is returned into the stream; it was given the row "".
      fix  Return an array or another iterable; [] for no rows. For exactly one row, use map.
      at   feed → flatMap (specimens.ts:1)
    JobError: [STAGE.RETURNED_PROMISE] The function of map returned a promise in batch 1000 ms, foreachRDD (specimens.ts:1).
      why  Row functions are synchronous, so that a batch is one tight loop; it was given the row "".
      fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
      at   feed → map (specimens.ts:1)
    JobError: [STAGE.TIMED_OUT] A call of the function of mapAsync took longer than 500 ms in batch 1000 ms, foreachRDD (specimens.ts:1).
      why  It was given the row "a,,b", and its promise has not settled; nobody waits for it any more.
      fix  Give it more time, or say what a slow row means: onError: 'drop', or a function that returns a row instead.
      at   feed → mapAsync (specimens.ts:1)"
  `);
});

test('STATE: what is kept from batch to batch', async () => {
  expect(await textsOf('STATE')).toMatchInlineSnapshot(`
    "UsageError: [STATE.MISSING] get() was called on a key without state.
      why  It is the first time that the key comes, or its state was removed.
      fix  Ask exists() first, or use getOption(), which gives undefined.
    JobError: [STATE.STEP_FAILED] The state of updateStateByKey could not be brought to batch 1000 ms: [STAGE.FUNCTION_THREW] The function of updateStateByKey threw in batch 2000 ms, updateStateByKey (specimens.ts:1): no such table
      why  It was given the row [ 'a', [ 1 ] ].
      fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
      at   feed → updateStateByKey (specimens.ts:1)
      why  What that batch held is applied before anything later is; it failed then, and failed again now.
      fix  Make the function answer for what that batch held: every batch tries it again.
      at   updateStateByKey (specimens.ts:1)
    StateError: [STATE.STEPS_WAIT] The state of updateStateByKey has 4 batches to catch up with, since batch 1000 ms failed.
      why  The input of all of them is kept in memory, which has a bound: firesteel.batches.pendingMax.
      fix  Make the function answer for what that batch held, and start again.
      at   updateStateByKey (specimens.ts:1)
    UsageError: [STATE.UPDATE_REFUSED] update() was called on a state that cannot change: it was removed in this call.
      why  The state of a key ends with its removal, and with its time-out.
      fix  Ask isTimingOut() first; to begin anew, update() instead of remove().
    UsageError: [STATE.VERSION_RELEASED] The state of batch 1000 ms was read after it was let go of.
      why  A version is kept until its batch is over, or for as long as remember() says; newer values are never shown.
      fix  Collect or persist it in its batch, or call remember(duration) before start()."
  `);
});

test('STORAGE: files', async () => {
  expect(await textsOf('STORAGE')).toMatchInlineSnapshot(`
    "StateError: [STORAGE.ALREADY_EXISTS] There is a file checkpoint/lock already.
      why  It was to be made new, so that of two who make it only one succeeds.
      fix  Find out who made it. If another process writes to this folder, give each a folder of its own.
    StateError: [STORAGE.FAILED] Could not append to checkpoint/log: ENOSPC: no space left on device.
      why  The file system refused it.
      fix  Look at the space, the rights and the mount of that folder; the cause below is what the system said.
    StateError: [STORAGE.NOT_FOUND] There is no checkpoint/log.
      why  It was never written, or somebody has moved or removed it.
      fix  Look whether the path is the right one; a relative path starts where the process was started."
  `);
});

test('TESTING: what a test expects', async () => {
  expect(await textsOf('TESTING')).toMatchInlineSnapshot(`
    "UsageError: [TESTING.LAW_BROKEN] Seed 7 breaks the law 'what is written is what the batch makes': numbered words at 2000 ms lacks "2 b" and has too many of "1 b".
      why  It takes 1 of the 2 faults that there were.
      fix  Run it again, and look: await simulate(program, { seed: 7, faults: [ { kind: 'stop', isGraceful: true, afterMs: 0, downMs: 0, isSameProcess: false } ] })
    UsageError: [TESTING.OUTPUTS_DIFFER] The outputs are not those that were expected: output 1 has 2 as row 2, not 3.
      why  Each output was compared with the one expected in its place, row by row.
      fix  Mend the program or the expectation; with { ordered: false } the order inside an output does not count."
  `);
});

test('TIME: times and durations', async () => {
  expect(await textsOf('TIME')).toMatchInlineSnapshot(`
    "UsageError: [TIME.BAD_DURATION] '5 apples' is not a length of time.
      why  A length of time is a Duration, or a text of a number and its unit: ms, s, m or min, h, d, or their names.
      fix  Write Seconds(10), '10 seconds', '200ms', '1.5 s', '1 minute' or '2h'.
    UsageError: [TIME.NOT_WHOLE] Milliseconds(0.5) is not a whole number of milliseconds.
      why  Times and durations count whole milliseconds, so that every batch falls on one exact grid.
      fix  Round it first: Milliseconds(Math.round(ms)).
    UsageError: [TIME.ZERO_INTERVAL] floor() was given an interval of 0 ms.
      why  Nothing can be divided into steps that have no length.
      fix  Give it an interval that is not zero, such as Seconds(1)."
  `);
});

test('TRANSFORM: transform()', async () => {
  expect(await textsOf('TRANSFORM')).toMatchInlineSnapshot(`
    "UsageError: [TRANSFORM.NO_RDD] The function of transform returned [ 'a' ] instead of an RDD.
      why  It makes the RDD of the batch, and no RDD is not the same as an empty one.
      fix  Return an RDD in every case: rdd.filter(() => false) is one without rows."
  `);
});

test('WINDOW: windows', async () => {
  expect(await textsOf('WINDOW')).toMatchInlineSnapshot(`
    "UsageError: [WINDOW.NOT_A_MULTIPLE] The window of window is 1500 ms, which is not a multiple of 1000 ms.
      why  A window is made of whole batches of its parent, which has one each slide.
      fix  Use a multiple of 1000 ms."
  `);
});
