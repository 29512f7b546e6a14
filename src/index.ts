// The public door of firesteel.

export type { RecoveryOptions, StopOptions, StreamingContextOptions, WaitOptions } from './context-options.ts';
export type { Activities } from './core/activities.ts';
export type { Clock, Timer } from './core/clock.ts';
export type { ConfKey } from './core/conf-key.ts';
export {
  BugError,
  type ErrorCode,
  type ErrorOptions,
  type ErrorText,
  FiresteelError,
  JobError,
  SourceError,
  StateError,
  UsageError,
} from './core/errors.ts';
export type { Key } from './core/keys.ts';
export { type Keyed, keyOf } from './core/keys.ts';
export type { LogEntry, LogSink } from './core/logger.ts';
export type { Processes, ProcessIdentity } from './core/processes.ts';
export type { Random } from './core/random.ts';
export type { BackoffPolicy } from './core/retry.ts';
export type { Pair, Row } from './core/row.ts';
export type { Runtime } from './core/runtime.ts';
export type { EndSignal, Signals } from './core/signals.ts';
export type { Slices } from './core/slices.ts';
export type { Connection, ConnectionEvents, Endpoint, Sockets } from './core/sockets.ts';
export { type ConfValue, SparkConf, type UnknownKey } from './core/spark-conf.ts';
export type { Storage, StoredFile } from './core/storage.ts';
export { systemRuntime } from './core/system-runtime.ts';
export type { Terminal } from './core/terminal.ts';
export { Duration, type DurationLike, Milliseconds, Minutes, Seconds, Time } from './core/time.ts';
export { DStream, MapWithStateDStream } from './dstream.ts';
export type { PendingBatchInfo } from './graph/batch-log.ts';
export {
  type DeadLetter,
  deadLetter,
  type FailurePolicy,
  fail,
  type LastPolicy,
  retry,
  stop,
} from './graph/failure-policy.ts';
export { InputDStream, type RDDMaker } from './graph/input-dstream.ts';
export type { Batch, Op, Past, Version } from './graph/op.ts';
export type { Output, OutputOptions, OutputWorld } from './graph/output.ts';
export { Receiver } from './graph/receiver.ts';
export type {
  BatchInfo,
  OutputOperationInfo,
  ReceiverInfo,
  StoppingInfo,
  StreamInputInfo,
  StreamingListener,
  WaitingBatchInfo,
} from './graph/streaming-listener.ts';
export { defineOp, defineOutput } from './ops/define.ts';
export type { MapAsyncOptions } from './ops/map-async.ts';
export type { Update, UpdateIterator, UpdateStateOptions, UpdateWithTime } from './ops/update-state-by-key.ts';
export { CollectionAccumulator, NumberAccumulator } from './rdd/accumulators.ts';
export { Broadcast } from './rdd/broadcast.ts';
export type { CallOptions } from './rdd/calling-async.ts';
export { contains } from './rdd/contains.ts';
export { pairWith } from './rdd/pair-with.ts';
export { HashPartitioner, type Partitioner } from './rdd/partitioner.ts';
export { RangePartitioner } from './rdd/range-partitioner.ts';
export { type Order, RDD } from './rdd/rdd.ts';
export { splitOn } from './rdd/split-on.ts';
export { StatCounter } from './rdd/stat-counter.ts';
export { type MapState, type MapStateWithTime, StateSpec } from './rdd/state-spec.ts';
export { StorageLevel } from './rdd/storage-level.ts';
export { sum } from './rdd/sum.ts';
export type { FileStreamOptions } from './sources/file-stream.ts';
export type { Converter } from './sources/socket.ts';
export { type ContextOptions, SparkContext } from './spark-context.ts';
export type { State } from './state/state.ts';
export { type Create, StreamingContext, type StreamingContextState } from './streaming-context.ts';
