import { type ConfKey, durationKey, flagKey, intKey, textKey } from './conf-key.ts';
import { type LogLevel, logLevels } from './log-level.ts';
import { parseMaster } from './master.ts';
import { type Duration, Milliseconds, Minutes, Seconds } from './time.ts';

/** Every key that firesteel honours, by the name the engine has for it. */
export interface ConfKeys {
  readonly master: ConfKey<string | undefined>;
  readonly appName: ConfKey<string | undefined>;
  readonly defaultParallelism: ConfKey<number | undefined>;
  readonly logLevel: ConfKey<LogLevel>;
  readonly blockInterval: ConfKey<Duration>;
  readonly blockQueueSize: ConfKey<number>;
  readonly concurrentJobs: ConfKey<number>;
  readonly receiverMaxRate: ConfKey<number | undefined>;
  readonly receiverBlockStoreTimeout: ConfKey<Duration>;
  readonly receiverLog: ConfKey<boolean | undefined>;
  readonly receiverRestartDelay: ConfKey<Duration>;
  readonly gracefulStopTimeout: ConfKey<Duration | undefined>;
  readonly stopGracefullyOnShutdown: ConfKey<boolean>;
  readonly stopSparkContextByDefault: ConfKey<boolean>;
  readonly unpersist: ConfKey<boolean>;
  readonly fileStreamMinRemember: ConfKey<Duration | undefined>;
  readonly minRemember: ConfKey<Duration>;
  readonly receiverRestartDelayMax: ConfKey<Duration>;
  readonly receiverRestartsMax: ConfKey<number>;
  readonly receiverBufferBytesMax: ConfKey<number>;
  readonly receiverBufferRowsMax: ConfKey<number>;
  readonly pendingBatchesMax: ConfKey<number>;
  readonly snapshotBytesMin: ConfKey<number>;
  readonly codegen: ConfKey<boolean>;
  readonly kernels: ConfKey<boolean>;
}

/** The table of the configuration; docs/configuration.md is made from it. */
export const confKeys: ConfKeys = {
  master: textKey('spark.master', {
    byDefault: undefined,
    defaultText: 'none, it must be set',
    doc: 'Where the program runs: `local` (1 slot), `local[n]`, `local[*]` (a slot a core, at least 2).',
    accepts: "a master that firesteel can run on, such as 'local[4]'",
    read: (master) => parseMaster(master, 1).text,
  }),
  appName: textKey('spark.app.name', {
    byDefault: undefined,
    defaultText: 'none, it must be set',
    doc: 'The name of the program, for people.',
    accepts: 'any text but an empty one',
    read: (name) => (name.trim() === '' ? undefined : name),
  }),
  defaultParallelism: intKey('spark.default.parallelism', {
    byDefault: undefined,
    defaultText: 'the slots of the master',
    min: 1,
    unit: 'partitions',
    doc: 'Into how many partitions a shuffle divides its rows when the program does not say.',
  }),
  logLevel: textKey('spark.log.level', {
    byDefault: 'WARN',
    defaultText: 'WARN',
    doc: `The least grave log entries that are written: ${logLevels.join(', ')}.`,
    accepts: `one of ${logLevels.join(', ')}`,
    read: (level) => logLevels.find((known) => known === level.toUpperCase()),
  }),
  blockInterval: durationKey('spark.streaming.blockInterval', {
    byDefault: Milliseconds(200),
    minMs: 1,
    doc: 'How long a receiver gathers rows into one block; each block is a partition of its batch.',
  }),
  blockQueueSize: intKey('spark.streaming.blockQueueSize', {
    byDefault: 10,
    min: 1,
    unit: 'blocks',
    doc: 'How many blocks of a receiver may be on their way into the write-ahead log before its source is paused.',
  }),
  concurrentJobs: intKey('spark.streaming.concurrentJobs', {
    byDefault: 1,
    min: 1,
    unit: 'jobs',
    doc: 'How many output operations run at a time; with more than 1, batches may end out of order.',
  }),
  receiverMaxRate: intKey('spark.streaming.receiver.maxRate', {
    byDefault: undefined,
    defaultText: 'no limit',
    unit: 'rows',
    doc:
      'How many rows and lines a second each receiver takes by `store` and `storeLines` before its source is paused; ' +
      '0 or less is no limit. What `storeBlock` takes is not limited.',
  }),
  receiverBlockStoreTimeout: durationKey('spark.streaming.receiver.blockStoreTimeout', {
    byDefault: Seconds(30),
    defaultText: '30 s',
    minMs: 1,
    bareUnit: 's',
    doc:
      'How long a block may take into the write-ahead log. One of `storeBlock` is then given up, and the receiver is ' +
      'started again; for one of `store` a warning is given. A bare number is seconds.',
  }),
  receiverLog: flagKey('spark.streaming.receiver.writeAheadLog.enable', {
    byDefault: undefined,
    defaultText: 'true where there is a checkpoint directory',
    doc: 'Whether what receivers take is written to the checkpoint directory before a batch has it.',
  }),
  receiverRestartDelay: durationKey('spark.streaming.receiverRestartDelay', {
    byDefault: Seconds(2),
    minMs: 0,
    doc: 'How long a receiver that failed waits before its first restart; each further one in a row waits longer.',
  }),
  gracefulStopTimeout: durationKey('spark.streaming.gracefulStopTimeout', {
    byDefault: undefined,
    defaultText: '10 × batch',
    minMs: 0,
    doc: 'How long a graceful stop waits for the work that is left before it stops all the same.',
  }),
  stopGracefullyOnShutdown: flagKey('spark.streaming.stopGracefullyOnShutdown', {
    byDefault: false,
    doc:
      'Whether SIGTERM and SIGINT stop a context that runs, and its SparkContext, with grace; a second one stops ' +
      'them at once. If false, firesteel heeds no signal.',
  }),
  stopSparkContextByDefault: flagKey('spark.streaming.stopSparkContextByDefault', {
    byDefault: true,
    doc: 'Whether `stop()` of a StreamingContext stops its SparkContext too when the call does not say.',
  }),
  unpersist: flagKey('spark.streaming.unpersist', {
    byDefault: true,
    doc: 'Whether the rows that a stream persists are let go when their batch is no longer remembered.',
  }),
  fileStreamMinRemember: durationKey('spark.streaming.fileStream.minRememberDuration', {
    byDefault: undefined,
    defaultText: 'spark.streaming.minRememberDuration',
    minMs: 1,
    bareUnit: 's',
    doc:
      'How long ago a file may have been changed for a file stream to read it, and how long it is remembered as ' +
      'read; rounded up to whole batches. A bare number is seconds.',
  }),
  minRemember: durationKey('spark.streaming.minRememberDuration', {
    byDefault: Minutes(1),
    defaultText: '60 s',
    minMs: 1,
    bareUnit: 's',
    doc: 'The older name of the same.',
  }),
  receiverRestartDelayMax: durationKey('firesteel.receiver.restartDelayMax', {
    byDefault: Minutes(1),
    defaultText: '60 s',
    minMs: 0,
    doc: 'The longest wait between two restarts of a receiver.',
  }),
  receiverRestartsMax: intKey('firesteel.receiver.restartsMax', {
    byDefault: 0,
    min: 0,
    unit: 'restarts',
    doc: 'How many restarts in a row a receiver may need before it is given up; 0 is no limit.',
  }),
  receiverBufferBytesMax: intKey('firesteel.receiver.bufferBytesMax', {
    byDefault: 128 * 1024 * 1024,
    defaultText: '134217728 (128 MiB)',
    min: 1,
    unit: 'bytes',
    doc: 'How much text a receiver may hold that is received and not yet processed; then its source is paused.',
  }),
  receiverBufferRowsMax: intKey('firesteel.receiver.bufferRowsMax', {
    byDefault: 1_000_000,
    min: 1,
    unit: 'rows',
    doc: 'The same for rows that are objects.',
  }),
  pendingBatchesMax: intKey('firesteel.batches.pendingMax', {
    byDefault: 64,
    min: 1,
    unit: 'batches',
    doc: 'How many batches may wait before the sources are paused.',
  }),
  snapshotBytesMin: intKey('firesteel.checkpoint.snapshotBytesMin', {
    byDefault: 16 * 1024 * 1024,
    defaultText: '16777216 (16 MiB)',
    min: 1,
    unit: 'bytes',
    doc: 'How much of state has to change before a snapshot of it is written; what is less is soon done again.',
  }),
  codegen: flagKey('firesteel.executor.codegen', {
    byDefault: true,
    doc: 'Whether loops over rows are generated; false takes the interpreted ones, which give the same rows.',
  }),
  kernels: flagKey('firesteel.executor.kernels', {
    byDefault: true,
    doc:
      'Whether functions that the engine understands (`splitOn`, `contains`, `pairWith`, `sum`) run over the bytes ' +
      'of text; false makes strings and calls them, which gives the same rows.',
  }),
};
