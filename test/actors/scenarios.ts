import { BugError } from '../../src/core/errors.ts';
import { stop } from '../../src/graph/failure-policy.ts';
import { InputDStream, type RDDMaker } from '../../src/graph/input-dstream.ts';
import { Receiver } from '../../src/graph/receiver.ts';
import type { Row } from '../../src/index.ts';
import type { RDD } from '../../src/rdd/rdd.ts';
import { Feed } from '../../src/testing/index.ts';
import { countWords, keepRows, type Play, type PlayOptions, play } from './play.ts';

/** Something a program goes through, and the laws that hold of what can be seen from outside. */
export interface Scenario {
  /** Runs it, perhaps with some messages lost. @returns which laws were broken, each by its own sentence */
  violations(options?: Omit<PlayOptions, 'conf'>): Promise<readonly string[]>;
  /** What can be said of it when a law is broken. */
  readonly laws: readonly string[];
}

/** For each violation, whether it is there. */
type Laws<S> = Readonly<Record<string, (seen: S) => boolean>>;

interface Script<S extends Play> {
  readonly conf?: PlayOptions['conf'];
  /** Plays it to its end; what is needed to judge it, beside what the play shows. */
  readonly run: (stage: Play) => Promise<Omit<S, keyof Play>>;
  readonly laws: Laws<S>;
}

export function scenario<S extends Play = Play>({ conf, run, laws }: Script<S>): Scenario {
  return {
    laws: Object.keys(laws),
    violations: async (options) => {
      const stage = play({ ...options, ...(conf !== undefined && { conf }) });
      const seen = Object.assign(stage, await run(stage)) as S;
      const bugs = stage.log.flatMap(({ error }) => (error instanceof BugError ? [error.message] : []));
      return [...Object.keys(laws).filter((violation) => laws[violation]?.(seen)), ...bugs];
    },
  };
}

export const hasHeard = ({ heard }: Play, what: string): boolean => heard.some((line) => line.startsWith(what));
const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** Five batches of the word count, with a receiver that may hold two lines, and two batches under way at most. */
export const fiveBatches: Scenario = scenario({
  conf: { 'firesteel.receiver.bufferBytesMax': '10', 'firesteel.batches.pendingMax': '2' },
  run: async (stage) => {
    countWords(stage);
    stage.ssc.start();
    await stage.runtime.settle();
    for (const word of ['one', 'two', 'six', 'ten']) stage.server.send(`${word} a\n`);
    await stage.runtime.clock.advance(5000);
    return {};
  },
  laws: {
    'the receiver is not started': ({ server }) => server.connections.length !== 1,
    'the start is not told': (seen) => !hasHeard(seen, 'streaming.started'),
    'the start of the receiver is not told': (seen) => !hasHeard(seen, 'receiver.up'),
    'no batch is submitted': (seen) => !hasHeard(seen, 'batch.submitted'),
    'no batch begins': (seen) => !hasHeard(seen, 'batch.started'),
    'no output begins': (seen) => !hasHeard(seen, 'output.started'),
    'no job runs': ({ runtime }) => runtime.terminal.output === '',
    'no output ends': (seen) => !hasHeard(seen, 'output.completed'),
    'no batch ends': (seen) => !hasHeard(seen, 'batch.completed'),
    'the rows of the first batch are lost': ({ counts }) => counts()['one'] !== 1 || counts()['two'] !== 1,
    'the memory of ended batches is not freed': ({ counts }) => counts()['six'] !== 1 || counts()['ten'] !== 1,
    'the clock stands still': (seen) => !hasHeard(seen, 'batch.submitted 5000'),
  },
});

/** A graceful stop between two beats, while rows wait; the program has a source of each kind. */
export const gracefulStop: Scenario = scenario({
  run: async (stage) => {
    const { runtime, ssc, server } = stage;
    countWords(stage);
    ssc.inputStream(new ClosingFeed(stage)).foreachRDD(() => undefined);
    ssc.start();
    await runtime.clock.advance(1500);
    server.send('last words\n');
    await runtime.settle();
    stage.stop(true);
    await runtime.clock.advance(60_000);
    return {};
  },
  laws: {
    'the stop does not end': ({ stoppedMs }) => stoppedMs() === undefined,
    'the stop takes longer than the work': ({ stoppedMs }) => (stoppedMs() ?? 0) > 2000,
    'the connection stays open': ({ server }) => server.connections[0]?.isOpen !== false,
    'the stop of the receiver is not told': (seen) => !hasHeard(seen, 'receiver.down'),
    'what the stop waits for is not told': (seen) => !hasHeard(seen, 'streaming.stopping 1500'),
    'the last rows are lost': ({ counts }) => sum(counts()) !== 2,
    'a source is not let go of': ({ marks }) => marks.length !== 1,
    'the stop warns': ({ log }) => log.some(({ logger }) => logger === 'Drain'),
  },
});

/** A source that is asked, and notes when it is stopped. */
class ClosingFeed extends Feed<number> {
  readonly #stage: Play;

  constructor(stage: Play) {
    super([]);
    this.#stage = stage;
  }

  override stop(): void {
    this.#stage.marks.push('stopped');
  }
}

/** A stop without grace, while a job runs that ends only when it is told to give up. */
export const hardStop: Scenario = scenario({
  run: async (stage) => {
    const { runtime, ssc, marks } = stage;
    ssc.inputStream(new Feed([])).to({
      name: 'endless',
      code: [],
      run: async (_rdd, _time, { signal }) => {
        signal.addEventListener('abort', () => marks.push(`told to give up at ${runtime.clock.now()} ms`));
        await runtime.clock.sleep(3_600_000, signal);
      },
    });
    ssc.start();
    await runtime.clock.advance(3000);
    stage.stop(false);
    await runtime.clock.advance(60_000);
    return {};
  },
  laws: {
    'the stop does not end': ({ stoppedMs }) => stoppedMs() === undefined,
    'the job is given up without being told': ({ marks }) => marks[0] !== 'told to give up at 5000 ms',
    'the stop waits for more than the job': ({ stoppedMs }) => (stoppedMs() ?? 0) > 5000,
    'the clock beats after the stop': (seen) => hasHeard(seen, 'batch.submitted 4000'),
  },
});

/** A program that is stopped before its first message has arrived. */
export const stopAtOnce: Scenario = scenario({
  run: async (stage) => {
    countWords(stage);
    stage.ssc.start();
    stage.stop(true);
    await stage.runtime.clock.advance(60_000);
    return {};
  },
  laws: {
    'the stop does not end': ({ stoppedMs }) => stoppedMs() === undefined,
    'the stop waits for nothing': ({ stoppedMs }) => stoppedMs() !== 0,
    'the connection stays open': ({ server }) => server.connections.some(({ isOpen }) => isOpen),
  },
});

/** A graceful stop that is hurried by one without grace, while its last batch takes long. */
export const hurriedStop: Scenario = scenario({
  run: async (stage) => {
    const { runtime, ssc, server } = stage;
    countWords(stage);
    ssc.inputStream(new ClosingFeed(stage)).foreachRDD(() => runtime.clock.sleep(5000));
    ssc.start();
    await runtime.clock.advance(500);
    server.send('last words\n');
    stage.stop(true);
    await runtime.clock.advance(1000);
    stage.stop(false);
    await runtime.clock.advance(60_000);
    return {};
  },
  laws: {
    'the stop does not end': ({ stoppedMs }) => stoppedMs() === undefined,
    'the stop is not hurried': ({ stoppedMs }) => (stoppedMs() ?? 0) > 4000,
    'the last rows are lost': ({ counts }) => sum(counts()) !== 2,
    'a source is not let go of': ({ marks }) => marks.length !== 1,
  },
});

/** A connection that ends, and a second one after it. */
export const restart: Scenario = scenario({
  run: async (stage) => {
    const { runtime, ssc, server } = stage;
    countWords(stage);
    ssc.start();
    await runtime.settle();
    server.connections[0]?.send('before');
    server.connections[0]?.end();
    await runtime.clock.advance(2500);
    server.send('after\n');
    await runtime.clock.advance(1500);
    return {};
  },
  laws: {
    'there is no second connection': ({ server }) => server.connections.length !== 2,
    'the line that had not ended is lost': ({ counts }) => counts()['before'] !== 1,
    'the rows of the second connection are lost': ({ counts }) => counts()['after'] !== 1,
    'the restart is not told': ({ heard }) => {
      const told = heard.filter((line) => line.startsWith('receiver.'));
      return told.join() !== 'receiver.up 0,receiver.down 0,receiver.up 0';
    },
  },
});

/** A receiver whose host nobody knows. */
export const unknownHost: Scenario = scenario({
  run: async ({ runtime, ssc }) => {
    ssc.socketTextStream('nowhere', 9999).print();
    ssc.start();
    await runtime.clock.advance(3000);
    return {};
  },
  laws: {
    'the failure is not told': (seen) => !hasHeard(seen, 'receiver.trouble'),
    'it is not tried again': ({ heard }) => heard.filter((line) => line === 'receiver.up 0').length !== 2,
  },
});

/** A receiver that reports an error, and goes on. */
export const complaint: Scenario = scenario({
  run: async ({ runtime, ssc }) => {
    ssc.receiverStream(new Complaining()).print();
    ssc.start();
    await runtime.settle();
    return {};
  },
  laws: {
    'the complaint is not told': (seen) => !hasHeard(seen, 'receiver.trouble'),
  },
});

class Complaining extends Receiver<string> {
  override onStart(): void {
    this.reportError('a bad line', new Error('no number'));
  }

  override onStop(): void {
    this.reportError('stopped', undefined);
  }
}

/** A receiver whose blocks are written to a log that works, that does not, that takes long, and that does not again. */
export const safeBlocks: Scenario = scenario<Play & { readonly rows: readonly string[] }>({
  conf: { 'spark.streaming.receiver.blockStoreTimeout': '1500 ms' },
  run: async (stage) => {
    const { runtime, ssc } = stage;
    const receiver = new SendingAgain(stage);
    const batches = keepRows(ssc.receiverStream(receiver));
    let isBroken = false;
    let takesMs = 200;
    ssc.blockLog = {
      add: async () => {
        if (isBroken) throw new Error('no room on the disk');
        await runtime.clock.sleep(takesMs);
      },
      withdraw: () => Promise.reject(new Error('only rows of store take that long here')),
    };
    ssc.start();
    await runtime.clock.advance(1200);
    isBroken = true;
    receiver.send('b');
    await runtime.settle();
    isBroken = false;
    await runtime.clock.advance(2800);
    takesMs = 2000;
    receiver.add('c');
    await runtime.clock.advance(3000);
    isBroken = true;
    receiver.add('d');
    await runtime.clock.advance(4000);
    stage.stop(true);
    await runtime.clock.advance(60_000);
    return { rows: batches.flatMap(([, rows]) => rows) };
  },
  laws: {
    'a block that is safe is not acknowledged': ({ marks }) => !marks.includes('a is safe'),
    'a block that is refused is not told of': ({ marks }) => !marks.includes('b is refused'),
    'the receiver does not begin behind what is safe': ({ marks }) => !marks.includes('behind a'),
    'what is sent again is refused': ({ marks }) => !marks.includes('b is safe'),
    'a batch lacks what is safe': ({ rows }) => !(rows.includes('a') && rows.includes('c')),
    'that a block takes long is not told': ({ heard }) => {
      return heard.filter((line) => line.startsWith('receiver.trouble')).length !== 3;
    },
    'lost rows are not reported': ({ reported }) => reported() !== 'RECEIVER.BLOCK_NOT_SAFE',
    'the stop takes longer than the work': ({ stoppedMs }) => (stoppedMs() ?? 20_000) > 12_000,
  },
});

/** A receiver of blocks that sends all behind the last one that was safe. */
class SendingAgain extends Receiver<string> {
  readonly #stage: Play;

  constructor(stage: Play) {
    super();
    this.#stage = stage;
  }

  override onStart(lastMeta: Row): void {
    this.#stage.marks.push(`behind ${lastMeta}`);
    if (lastMeta === undefined) this.send('a');
    if (lastMeta === 'a') this.send('b');
  }

  override onStop(): void {
    // It sends when it is started, and when it is told.
  }

  send(row: string): void {
    const tell = (what: string) => () => this.#stage.marks.push(`${row} is ${what}`);
    this.storeBlock([row], row).then(tell('safe'), tell('refused'));
  }

  /** A row that cannot be sent again; none where the run has not begun. */
  add(row: string): void {
    if (this.isStarted()) this.store(row);
  }
}

/** A first batch that takes so long that others wait behind it. */
export const heldSource: Scenario = scenario<Play & { readonly waitingBytes: number }>({
  conf: { 'firesteel.batches.pendingMax': '2' },
  run: async (stage) => {
    const { runtime, ssc, server } = stage;
    countWords(stage);
    ssc.inputStream(new Feed([[1]])).foreachRDD(async (rdd) => {
      if (!(await rdd.isEmpty())) await runtime.clock.sleep(3500);
    });
    ssc.start();
    await runtime.clock.advance(2200);
    for (const line of ['a\n', 'b\n']) server.send(line);
    await runtime.clock.advance(500);
    const waitingBytes = server.connections[0]?.bufferedBytes ?? 0;
    await runtime.clock.advance(4500);
    return { waitingBytes };
  },
  laws: {
    'the source is not held': ({ waitingBytes }) => waitingBytes === 0,
    'the source is not released': ({ server }) => server.connections[0]?.bufferedBytes !== 0,
    'missed batches are left out': ({ heard }) => {
      const submitted = heard.filter((line) => line.startsWith('batch.submitted'));
      return submitted.length !== 7;
    },
  },
});

/** A second batch whose output fails. */
export const failedJob: Scenario = scenario({
  run: async ({ runtime, ssc, marks }) => {
    ssc.inputStream(new Feed([[1], [2], [3]])).foreachRDD(async (rdd) => {
      if ((await rdd.first()) === 2) throw new Error('no room on the disk');
      marks.push('written');
    });
    ssc.start();
    await runtime.clock.advance(3000);
    return {};
  },
  laws: {
    'the failure is not reported': ({ reported }) => reported() !== 'OUTPUT.THREW',
    'the failed batch does not end': (seen) => !hasHeard(seen, 'batch.completed 2000'),
    'later batches do not run': ({ marks }) => marks.length !== 2,
  },
});

/** A second batch whose output fails for good. */
export const fatalFailure: Scenario = scenario({
  run: async ({ runtime, ssc, marks }) => {
    const failing = (_rdd: RDD<number>, time: { readonly milliseconds: number }): void => {
      if (time.milliseconds === 2000) throw new Error('no room on the disk');
      marks.push(`written at ${time.milliseconds} ms`);
    };
    ssc.inputStream(new Feed([[1], [2], [3]])).foreachRDD(failing, { onFailure: stop });
    ssc.start();
    await runtime.clock.advance(4000);
    return {};
  },
  laws: {
    'the failure is not reported': ({ reported }) => reported() !== 'OUTPUT.THREW',
    'the context goes on': ({ ssc }) => ssc.getState() !== 'STOPPED',
    'a later batch begins': ({ marks }) => marks.length !== 1,
  },
});

/** A second batch that cannot be planned. */
export const refusedBatch: Scenario = scenario({
  run: async ({ runtime, ssc }) => {
    const refuse = (rdd: RDD<number>, time: { readonly milliseconds: number }): RDD<number> => {
      if (time.milliseconds === 2000) throw new Error('not today');
      return rdd;
    };
    ssc
      .inputStream(new Feed([[1], [2], [3]]))
      .transform(refuse)
      .print();
    ssc.start();
    await runtime.clock.advance(3000);
    return {};
  },
  laws: {
    'the refusal is not reported': ({ reported }) => reported() !== 'BATCH.PLAN_THREW',
    'later batches do not run': (seen) => !hasHeard(seen, 'batch.completed 3000'),
  },
});

/** A second batch in which the source has no RDD. */
export const noRDD: Scenario = scenario({
  run: async ({ runtime, ssc }) => {
    ssc
      .inputStream(new Feed([[1], null, [3]]))
      .map((n) => n)
      .print();
    ssc.start();
    await runtime.clock.advance(3000);
    return {};
  },
  laws: {
    'later batches do not run': (seen) => !hasHeard(seen, 'batch.completed 3000'),
  },
});

/** Three batches of rows that are persisted, and of which a program remembers no more than it has to. */
export const persistedRows: Scenario = scenario({
  run: async ({ runtime, ssc, marks }) => {
    const written: RDD<number>[] = [];
    ssc
      .inputStream(new Feed([[1], [2], [3]]))
      .map((n) => n)
      .persist()
      .foreachRDD((rdd) => void written.push(rdd));
    ssc.start();
    await runtime.clock.advance(3500);
    for (const rdd of written) marks.push(rdd.getStorageLevel().useMemory ? 'kept' : 'let go of');
    return {};
  },
  laws: {
    'persisted rows of ended batches are kept': ({ marks }) => marks[0] !== 'let go of',
  },
});

/** A source that hands out a broken RDD breaks its input, as a mistake of ours would. */
export const bug: Scenario = scenario({
  run: async ({ runtime, ssc }) => {
    ssc.inputStream(new Breaking()).print();
    ssc.start();
    await runtime.clock.advance(1000);
    return {};
  },
  laws: {
    'the bug is not reported': ({ reported }) => reported() === undefined,
  },
});

class Breaking extends InputDStream<number> {
  override compute(_time: unknown, make: RDDMaker): RDD<number> {
    return Object.create(make.rows([1]), { plan: { value: undefined } });
  }
}
