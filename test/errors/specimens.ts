import {
  type DStream,
  deadLetter,
  defineOp,
  InputDStream,
  Milliseconds,
  type Row,
  retry,
  Seconds,
  SparkConf,
  SparkContext,
  StorageLevel,
  StreamingContext,
  Time,
} from 'firesteel';
import { assertOutputs, type Fault, run, type SimulatedWorld, simulate, testRuntime } from 'firesteel/testing';
import {
  assert,
  BugError,
  type ErrorCode,
  JobError,
  SourceError,
  StateError,
  UsageError,
} from '../../src/core/errors.ts';
import { streamingContextLifecycle } from '../../src/lifecycle/streaming-context.ts';
import { State } from '../../src/state/state.ts';
import { VersionedTable } from '../../src/state/versioned-table.ts';
import { type Desk, desk, Tap, Tray } from '../context/kit.ts';
import { checkpointSpecimens, comingBack, counting } from './checkpoint-specimens.ts';
import { initialized, inSecond, nothing, Point, type Use } from './programs.ts';

const fail = (message: string) => (): never => {
  throw new Error(message);
};

/** The failure of a batch with the rows `''` and `'a,,b'` under this program. */
const inBatch = (program: (input: DStream<string>) => DStream<Row>): Promise<unknown> =>
  run((_, input) => program(input), [['', 'a,,b']], { partitions: 1 });

/** The failure of a batch in which a call takes too long. */
const timedOut = (): Promise<unknown> => {
  const runtime = testRuntime();
  const never = (): Promise<string> => new Promise(nothing);
  const options = { runtime, partitions: 1, batches: 2 };
  return run((_, input: DStream<string>) => input.mapAsync(never, { timeoutMs: 500 }), [['a,,b']], options);
};

/** A context that is active, for f; it is stopped afterwards. */
const active = (f: Use): Promise<unknown> =>
  initialized((ssc, stream) => {
    stream.foreachRDD(nothing);
    ssc.start();
    return f(ssc, stream);
  });

/** A context that has stopped, for f. */
const stopped = (f: Use): Promise<unknown> =>
  initialized(async (ssc, stream) => {
    await ssc.stop();
    return await f(ssc, stream);
  });

/** What a program with such keys fails with. */
const keyedBy = (key: unknown): Promise<unknown> =>
  inBatch((input) => input.map((line) => [key as string, line]).reduceByKey((a) => a));

/** What a batch program fails with. */
const rdds = (f: (sc: SparkContext) => unknown): Promise<unknown> => active((ssc) => f(ssc.sparkContext));

/** The last error of a program whose state fails from the first batch on, after so many. */
async function stuckIn(batches: number): Promise<void> {
  const conf = new SparkConf().set('firesteel.batches.pendingMax', 3);
  const fails = (): never => {
    throw new Error('no such table');
  };
  await run((_, input: DStream<[string, number]>) => input.updateStateByKey(fails), [[['a', 1]]], { batches, conf });
}

/** What `storeBlock` of these rows rejects with where there is no room for them on the disk. */
async function refusedBlock(rows: readonly Row[]): Promise<unknown> {
  const tap = new Tap();
  let stored: Promise<unknown> | undefined;
  tap.onStart = () => {
    stored ??= tap.storeBlock(rows as number[]).catch((error: unknown) => error);
  };
  await inSecond((ssc) => {
    ssc.blockLog = { add: () => Promise.reject(new Error('no room on the disk')), withdraw: () => Promise.resolve() };
    ssc.receiverStream(tap).foreachRDD(nothing);
  }).catch(nothing);
  return stored;
}

class Broken extends Tap {
  override onStart: () => never = fail('no such queue');
}

/** For every code something that throws, rejects with, or returns its error; through the public door where it can. */
export const specimens: { readonly [C in ErrorCode]: () => unknown } = {
  'ASYNC.BAD_OPTION': () => initialized((_, stream) => stream.mapAsync(async (n) => n, { concurrency: 0 })),
  'BATCH.PARENT_WITHOUT_RDD': () => run((_, input) => input.transform((rdd) => rdd), [null]),
  'BATCH.PLAN_THREW': () => inBatch((input) => input.transform(fail('no such table'))),
  'BROADCAST.DESTROYED': () =>
    active((ssc) => {
      const words = ssc.sparkContext.broadcast(['to', 'be']);
      words.destroy();
      return words.value;
    }),
  'BUG.ASSERTION': () => assert(false, 'a batch is sealed once'),
  'BUG.BUS_FULL': () => {
    const message = { from: 'clock', to: 'input:0:feed', type: 'batch.tick', messagesMax: 1_000_000 };
    return new BugError('BUG.BUS_FULL', message);
  },
  'BUG.COMMAND_REFUSED': () => {
    const slots = { claimPlace: nothing, releasePlace: nothing };
    streamingContextLifecycle({ slots, onBug: nothing }).send({ type: 'context.stopped' });
  },
  'BUG.MACHINE_BROKE': () =>
    new Promise((_, reject) => {
      const slots = { claimPlace: fail('the place is taken'), releasePlace: nothing };
      const start = { type: 'context.start', isSparkContextAlive: true, activeElsewhere: undefined } as const;
      streamingContextLifecycle({ slots, onBug: reject }).send({ ...start, outputs: 1, mistakes: 0 });
    }),
  'BUG.UNKNOWN_MESSAGE': () => new BugError('BUG.UNKNOWN_MESSAGE', { actor: 'sink:5:print', type: 'batch.tick' }),
  'CACHE.NOT_SERIALIZABLE': () =>
    rdds((sc) =>
      sc
        .parallelize([1], 1)
        .map(() => nothing)
        .persist(StorageLevel.MEMORY_ONLY_SER)
        .count(),
    ),
  ...checkpointSpecimens,
  'CLOCK.ALREADY_MOVING': () => {
    const { clock } = testRuntime();
    return Promise.all([clock.advance(1000), clock.advance(1000)]);
  },
  'CLOCK.BAD_STEP': () => testRuntime().clock.advance(-1),
  'CONF.BAD_MASTER': () => desk().conf().setMaster('yarn'),
  'CONF.BAD_VALUE': () => desk().conf().set('spark.streaming.blockInterval', '0 ms'),
  'CONF.MISSING_KEY': () => desk().conf().get('spark.ui.port'),
  'CONF.NO_APP_NAME': () => new SparkContext(desk().conf().remove('spark.app.name')),
  'CONF.NO_MASTER': () => new SparkContext(desk().conf().remove('spark.master')),
  'CONSTANT.NOT_AN_RDD': () => initialized((ssc) => ssc.constantInputDStream<number>(null as never)),
  'CONTEXT.ALREADY_STOPPED': () => stopped((ssc) => ssc.start()),
  'CONTEXT.BAD_INTERVAL': () => new StreamingContext(desk().conf(), Seconds(0)),
  'CONTEXT.DEFINE_AFTER_RECOVERY': async () => {
    const ssc = await comingBack((d) => counting(d));
    try {
      ssc.socketTextStream('localhost', 9999);
    } finally {
      await ssc.stop();
    }
  },
  'CONTEXT.DEFINE_AFTER_START': () => active((_, stream) => stream.map((n) => n)),
  'CONTEXT.DEFINE_AFTER_STOP': () => stopped((_, stream) => stream.print()),
  'CONTEXT.NEGATIVE_TIMEOUT': () => initialized((ssc) => ssc.awaitTerminationOrTimeout(-1)),
  'CONTEXT.NOT_STARTED': () => initialized((_, stream) => stream.slice(new Time(0), new Time(1000))),
  'CONTEXT.NO_OUTPUTS': () => initialized((ssc) => ssc.start()),
  'CONTEXT.NO_SLOT_LEFT': () =>
    initialized((ssc) => {
      ssc.receiverStream(new Tap()).print();
      ssc.start();
    }, 'local[1]'),
  'CONTEXT.OPTION_TOO_LATE': () =>
    new StreamingContext(desk().sparkContext(), Seconds(1), { logSink: { log: () => undefined } }),
  'CONTEXT.OTHER_ACTIVE': () =>
    active((ssc) => {
      const other = new StreamingContext(ssc.sparkContext, Seconds(1));
      other.inputStream(new Tray()).print();
      other.start();
    }),
  'CONTEXT.REMEMBER_TWICE': () =>
    initialized((ssc) => {
      ssc.remember(Seconds(10));
      ssc.remember(Seconds(20));
    }),
  'CONTEXT.SEVERAL_MISTAKES': () =>
    initialized((ssc) => {
      ssc.receiverStream(new Tap());
      ssc.start();
    }, 'local[1]'),
  'CONTEXT.SPARK_CONTEXT_EXISTS': () =>
    active((ssc) => new SparkContext(ssc.sparkContext.getConf(), ssc.sparkContext.engine)),
  'CONTEXT.SPARK_CONTEXT_STOPPED': () => stopped((ssc) => ssc.sparkContext.parallelize([1])),
  'CONTEXT.STOP_INSIDE_BATCH': () => inSecond((ssc) => ssc.inputStream(new Tray()).foreachRDD(() => ssc.stop())),
  'CONTEXT.STOP_INSIDE_LISTENER': async () => {
    const d = desk();
    await inSecond(
      (ssc) => {
        ssc.inputStream(new Tray()).foreachRDD(nothing);
        ssc.addStreamingListener({ onBatchCompleted: () => void ssc.stop() });
      },
      {},
      d,
    );
    return d.entries[0]?.error;
  },
  'DURATION.NOT_POSITIVE': () => initialized((ssc) => ssc.remember(Seconds(0))),
  'FILES.BAD_DIRECTORY': () => initialized((ssc) => ssc.textFileStream('')),
  'FILES.BAD_RECORD_LENGTH': () => initialized((ssc) => ssc.binaryRecordsStream('/data/incoming', 0)),
  'FILES.CUT_RECORD': () => {
    const facts = { path: '/data/incoming/measures-17', sizeBytes: 4099, recordLength: 16, rest: 3 };
    return new JobError('FILES.CUT_RECORD', facts);
  },
  'FILES.NOT_FOUND': () => initialized((ssc) => ssc.sparkContext.textFile('/data/inputt').collect()),
  'FILES.NO_ROWS': async () => {
    const d = desk();
    await d.runtime.storage.createExclusive('/in/a', Buffer.from('text'));
    await using ssc = d.streaming();
    return await ssc.sparkContext.objectFile('/in').collect();
  },
  'GRAPH.DIFFERENT_SLIDES': () => {
    const later = defineOp<string>({ name: 'later', slideMs: 2000, code: [], plan: (batch) => batch.input() });
    return inBatch((input) => input.via(later).union(input));
  },
  'GRAPH.NOT_A_FUNCTION': () => inBatch((input) => input.map({ upperCase: true } as never)),
  'GRAPH.OTHER_CONTEXT': () => inBatch((input) => input.union(desk().streaming().queueStream<string>([]))),
  'GRAPH.WRONG_ARITY': () => {
    const both = defineOp<string>({ name: 'both', arity: 2, code: [], plan: (batch) => batch.input() });
    return inBatch((input) => input.via(both));
  },
  'INPUT.ALREADY_USED': () =>
    initialized((ssc) => {
      const tray = new Tray();
      ssc.inputStream(tray);
      ssc.inputStream(tray);
    }),
  'INPUT.NOT_AN_RDD': () =>
    inSecond((ssc) => {
      const bare = new (class Bare extends InputDStream<number> {
        override compute(): never {
          return [1, 2, 3] as never;
        }
      })();
      ssc.inputStream(bare).foreachRDD(nothing);
    }),
  'JOB.ABORTED': () => new JobError('JOB.ABORTED', { job: 'batch 3000 ms, print (job.ts:14)' }),
  'KEY.CLASS_INSTANCE': () => keyedBy([2, new Point()]),
  'KEY.CYCLE': () => {
    const circle: unknown[] = [1];
    circle.push(circle);
    return keyedBy(circle);
  },
  'KEY.NOT_A_VALUE': () => keyedBy({ by: nothing }),
  'LOG.BAD_LEVEL': () => active((ssc) => ssc.sparkContext.setLogLevel('LOUD')),
  'ORDER.NOT_COMPARABLE': () => rdds((sc) => sc.parallelize<Row>([1, 'a'], 1).top(1)),
  'OUTPUT.BAD_POLICY': () => retry(0.5, '1 second'),
  'OUTPUT.NOT_SET_ASIDE': () =>
    inSecond((ssc) =>
      ssc.inputStream(new Tray()).foreachRDD(fail('connection lost'), { onFailure: deadLetter(fail('no room')) }),
    ),
  'OUTPUT.THREW': () => inSecond((ssc) => ssc.inputStream(new Tray()).foreachRDD(fail('connection lost'))),
  'PARTITIONER.OUT_OF_RANGE': () =>
    active((ssc) => {
      const partitioner = { numPartitions: 2, getPartition: () => -1, equals: () => false };
      return ssc.sparkContext
        .parallelize([['a', 1] as [string, number]], 1)
        .reduceByKey(Math.max, partitioner)
        .count();
    }),
  'PRINT.BAD_COUNT': () => initialized((_, stream) => stream.print(-1)),
  'QUEUE.NOT_AN_RDD': () => inSecond((ssc) => ssc.queueStream<number>([[1, 2, 3] as never]).print()),
  'QUEUE.NOT_RECOVERABLE': async () => {
    const queued = (d: Desk): StreamingContext => {
      const ssc = d.streaming();
      ssc.checkpoint('checkpoint');
      ssc.queueStream<number>([]).print();
      return ssc;
    };
    await comingBack(queued, queued);
  },
  'RDD.ACTION_INSIDE_TASK': () =>
    rdds((sc) => sc.parallelize([1], 1).foreachPartition(async () => void (await sc.range(3).count()))),
  'RDD.BAD_COUNT': () => rdds((sc) => sc.parallelize([1, 2], 0).count()),
  'RDD.BAD_EDGES': () => rdds((sc) => sc.parallelize([1]).histogram([2, 1])),
  'RDD.BAD_FRACTION': () => rdds((sc) => sc.parallelize([1]).sample(false, 2).count()),
  'RDD.BAD_RANGE': () => rdds((sc) => sc.range(0, 10, 0).count()),
  'RDD.BAD_ROW_COUNT': () => rdds((sc) => sc.parallelize([1]).take(-1)),
  'RDD.EMPTY': () => rdds((sc) => sc.emptyRDD().first()),
  'RDD.LEVEL_CHANGED': () => rdds((sc) => sc.parallelize([1]).persist().persist(StorageLevel.DISK_ONLY).count()),
  'RDD.ZIP_UNEQUAL': () =>
    rdds((sc) =>
      sc
        .parallelize([1, 2], 1)
        .zip(sc.parallelize([1], 1))
        .count(),
    ),
  'RDD.ZERO_NOT_PLAIN': () =>
    rdds((sc) =>
      sc.parallelize([1]).aggregate(
        nothing,
        (a) => a,
        (a) => a,
      ),
    ),
  'RECEIVER.BLOCKS_LOST': () =>
    new SourceError('RECEIVER.BLOCKS_LOST', { receiver: 'Tap', timeMs: 1000, blocks: ['input-0-3', 'input-0-4'] }),
  'RECEIVER.BLOCK_NOT_SAFE': () => refusedBlock([1, 2]),
  'RECEIVER.GAVE_UP': () =>
    inSecond((ssc) => ssc.receiverStream(new Broken()).foreachRDD(nothing), {
      'firesteel.receiver.restartsMax': 1,
      'spark.streaming.receiverRestartDelay': '100 ms',
    }),
  'RECEIVER.NOT_STARTED': () => {
    const tap = new Tap();
    return inSecond((ssc) => ssc.receiverStream(tap).foreachRDD(nothing)).then(() => tap.store(1));
  },
  'RECEIVER.ROW_NOT_PLAIN': () => refusedBlock([new Point()]),
  'RUNTIME.NOT_SETTLED': () => {
    const busy = ['sink:3:foreachRDD at 1000 ms', 'input:0:slow at 2000 ms'];
    return new UsageError('RUNTIME.NOT_SETTLED', { busy, limitMs: 5000 });
  },
  'SAVE.FOLDER_EXISTS': () =>
    active(async (ssc) => {
      const rows = ssc.sparkContext.parallelize(['a']);
      await rows.saveAsTextFile('out');
      await rows.saveAsTextFile('out');
    }),
  'SAVE.NOT_SERIALIZABLE': () =>
    rdds((sc) =>
      sc
        .parallelize([1], 1)
        .map(() => nothing)
        .saveAsObjectFile('out'),
    ),
  'SLICE.NOT_REMEMBERED': () => active((_, stream) => stream.slice(new Time(1000), new Time(1000))),
  'SOCKET.BAD_FRAME': () => {
    const facts = { sizeBytes: 7, message: 'what they hold is no array' };
    return new SourceError('SOCKET.BAD_FRAME', facts);
  },
  'SOCKET.BAD_FRAME_LENGTH': () => {
    const facts = { length: 1_195_725_856, frameBytesMax: 67_108_864 };
    return new SourceError('SOCKET.BAD_FRAME_LENGTH', facts);
  },
  'SOCKET.BAD_HOST': () => initialized((ssc) => ssc.socketTextStream('', 9999)),
  'SOCKET.BAD_PORT': () => initialized((ssc) => ssc.socketTextStream('localhost', 70_000)),
  'SOCKET.LINE_TOO_LONG': () => new SourceError('SOCKET.LINE_TOO_LONG', { lineBytesMax: 16_777_216 }),
  'SOCKET.UNKNOWN_HOST': () => new SourceError('SOCKET.UNKNOWN_HOST', { host: 'locahlost' }),
  'SOCKETS.ADDRESS_IN_USE': () => {
    const { sockets } = testRuntime();
    sockets.listen({ host: 'localhost', port: 9999 });
    sockets.listen({ host: 'localhost', port: 9999 });
  },
  'STAGE.FUNCTION_THREW': () => inBatch((input) => input.map((line) => (line === '' ? 0 : fail('no second field')()))),
  'STAGE.NOT_A_PAIR': () =>
    inBatch((input) => (input as unknown as DStream<[string, number]>).reduceByKey((a, b) => a + b)),
  'STAGE.NOT_ITERABLE': () => inBatch((input) => input.flatMap((line) => line.length as never)),
  'STAGE.RETURNED_PROMISE': () => inBatch((input) => input.map((async (line: string) => line) as never)),
  'STAGE.TIMED_OUT': () => timedOut(),
  'STATE.MISSING': () => new State().get(),
  'STATE.STEP_FAILED': () => stuckIn(2),
  'STATE.STEPS_WAIT': () => stuckIn(5),
  'STATE.UPDATE_REFUSED': () => {
    const state = new State<number>().begin(1, false);
    state.remove();
    state.update(2);
  },
  'STATE.VERSION_RELEASED': () => new VersionedTable(0).chunks(1000).next(),
  'STORAGE.ALREADY_EXISTS': async () => {
    const { storage } = testRuntime();
    await storage.createExclusive('checkpoint/lock', Buffer.from('1'));
    await storage.createExclusive('checkpoint/lock', Buffer.from('2'));
  },
  'STORAGE.FAILED': () => {
    const reason = 'ENOSPC: no space left on device';
    return new StateError('STORAGE.FAILED', { action: 'append to', path: 'checkpoint/log', reason });
  },
  'STORAGE.NOT_FOUND': () => testRuntime().storage.read('checkpoint/log'),
  'TESTING.LAW_BROKEN': () => {
    const forgetful = (_: StreamingContext, world: SimulatedWorld): void => {
      let seen = 0;
      const words = world.asked('words', ['a', 'b', 'c', 'd', 'e', 'f']);
      world.idempotent(
        'numbered words',
        words.map((word) => {
          seen += 1;
          return `${seen} ${word}`;
        }),
      );
    };
    const stop: Fault = { kind: 'stop', isGraceful: true, afterMs: 5300, downMs: 400, isSameProcess: false };
    return simulate(forgetful, { seed: 7, faults: [{ kind: 'clock jumps', tick: 2, ms: 1500 }, stop] });
  },
  'TESTING.OUTPUTS_DIFFER': () => assertOutputs([[1, 2]], [[1, 3]]),
  'TIME.BAD_DURATION': () => new StreamingContext(desk().conf(), '5 apples' as '5 s'),
  'TIME.NOT_WHOLE': () => Milliseconds(0.5),
  'TIME.ZERO_INTERVAL': () => new Time(1000).floor(Milliseconds(0)),
  'WINDOW.NOT_A_MULTIPLE': () => initialized((_, stream) => stream.window(Milliseconds(1500))),
  'TRANSFORM.NO_RDD': () => inBatch((input) => input.transform(() => ['a'] as never)),
};
