import { UsageError } from './core/errors.ts';
import type { Row } from './core/row.ts';
import type { DStream } from './dstream.ts';
import { checkCode } from './graph/checks.ts';
import type { InputDStream } from './graph/input-dstream.ts';
import type { Receiver } from './graph/receiver.ts';
import type { RDD } from './rdd/rdd.ts';
import { ConstantInput } from './sources/constant.ts';
import { parsed, records, textLines } from './sources/file-formats.ts';
import { FileInput, type FileInputOptions, type FileStreamOptions, type FileWorld } from './sources/file-stream.ts';
import { QueueInput } from './sources/queue.ts';
import { RawSocketReceiver } from './sources/raw-socket.ts';
import {
  type Converter,
  endpointOf,
  lineBytesMax,
  SocketStreamReceiver,
  SocketTextReceiver,
} from './sources/socket.ts';

/** The sources that a StreamingContext can make streams of. */
export abstract class StreamSources {
  /** @internal What file streams need of their context. */
  protected abstract get world(): FileWorld;

  /** @internal The stream of a source; `name` is the call that made it. */
  protected abstract source<T extends Row>(name: string, source: InputDStream<T> | Receiver<T>): DStream<T>;

  /**
   * Lines of text from a TCP server, without their ends (LF or CRLF), as UTF-8.
   *
   * A connection that is refused, breaks or ends is made again after a back-off. A server that sends faster than
   * batches are worked off is slowed down by TCP.
   *
   * @throws UsageError (SOCKET.BAD_HOST, SOCKET.BAD_PORT)
   */
  socketTextStream(host: string, port: number): DStream<string> {
    return this.source('socketTextStream', new SocketTextReceiver(endpointOf(host, port), lineBytesMax));
  }

  /**
   * Rows that `convert` reads from the bytes of a TCP server; it is called once for each connection.
   *
   * @throws UsageError (SOCKET.BAD_HOST, SOCKET.BAD_PORT)
   */
  socketStream<T extends Row>(host: string, port: number, convert: Converter<T>): DStream<T> {
    checkCode({ name: 'socketStream', code: [convert] });
    return this.source('socketStream', new SocketStreamReceiver(endpointOf(host, port), convert));
  }

  /**
   * Rows that a TCP server of your own sends as ready-made blocks, with the least work on this side: 4 bytes with the
   * length, big-endian, then as many bytes, `v8.serialize(rows)` of an array of rows; and so on. Each such frame is one
   * block, and so one partition of its batch; it may have 64 MiB.
   *
   * A frame that is none is told to the listeners, and the connection made again after a back-off, as when it ends.
   *
   * @throws UsageError (SOCKET.BAD_HOST, SOCKET.BAD_PORT)
   *
   * Spark: as rawSocketStream, whose blocks are in the format of its own serializer.
   */
  rawSocketStream<T extends Row>(host: string, port: number): DStream<T> {
    return this.source('rawSocketStream', new RawSocketReceiver<T>(endpointOf(host, port)));
  }

  /**
   * Lines of text, without their ends (LF or CRLF), as UTF-8, from the new files of a directory.
   *
   * Move files in when they are complete. A batch has the files that were changed since the stream was made, at most
   * spark.streaming.fileStream.minRememberDuration ago, and those that were moved in meanwhile, however old they are;
   * each is read once, as one partition, when a job needs it.
   *
   * @param directory may have `*` and `?` in its parts, as in `logs/web-?/2026`, and so stand for several; files in
   *   folders inside are not read, nor are those whose name begins with a dot
   * @throws UsageError (FILES.BAD_DIRECTORY)
   */
  textFileStream(directory: string): DStream<string> {
    return this.#files('textFileStream', directory, { format: textLines });
  }

  /**
   * Rows that `read` makes of each new file of a directory; which files are new says `textFileStream`.
   *
   * @throws UsageError (FILES.BAD_DIRECTORY, GRAPH.NOT_A_FUNCTION)
   *
   * Spark: as fileStream, which is given the classes of a Hadoop input format instead of a function.
   */
  fileStream<T extends Row>(directory: string, options: FileStreamOptions<T>): DStream<T> {
    const { read, filter, newFilesOnly } = options;
    checkCode({ name: 'fileStream', code: filter === undefined ? [read] : [read, filter] });
    return this.#files('fileStream', directory, { format: parsed(read), filter, newFilesOnly });
  }

  /**
   * Records of so many bytes each from the new files of a directory; which files are new says `textFileStream`.
   *
   * @throws UsageError (FILES.BAD_DIRECTORY, FILES.BAD_RECORD_LENGTH)
   */
  binaryRecordsStream(directory: string, recordLength: number): DStream<Buffer> {
    return this.#files('binaryRecordsStream', directory, { format: records(recordLength) });
  }

  /**
   * RDDs from an array that the program goes on filling at its end.
   *
   * @param oneAtATime one RDD a batch; false for all that are there, as one
   * @param defaultRDD for a batch that finds the queue empty; null for an RDD of no partition, by default one empty
   *   partition
   */
  queueStream<T extends Row>(queue: RDD<T>[], oneAtATime = true, defaultRDD?: RDD<T> | null): DStream<T> {
    return this.source('queueStream', new QueueInput(queue, oneAtATime, defaultRDD));
  }

  /** The same RDD in every batch: a table to join with. @throws UsageError (CONSTANT.NOT_AN_RDD) */
  constantInputDStream<T extends Row>(rdd: RDD<T>): DStream<T> {
    return this.source('constantInputDStream', new ConstantInput(rdd));
  }

  /** A source of your own that data arrives at by itself. @throws UsageError (INPUT.ALREADY_USED) */
  receiverStream<T extends Row>(receiver: Receiver<T>): DStream<T> {
    return this.source('receiverStream', receiver);
  }

  /** A source of your own that is asked for its data at every batch. @throws UsageError (INPUT.ALREADY_USED) */
  inputStream<T extends Row>(input: InputDStream<T>): DStream<T> {
    return this.source(input.name, input);
  }

  #files<T extends Row>(name: string, directory: string, what: FileSource): DStream<T> {
    return this.source(name, new FileInput<T>({ name, directory, ...what }, this.world));
  }
}

type FileSource = Omit<FileInputOptions, 'name' | 'directory'>;

/** The stream that others are put together with. @throws UsageError (GRAPH.WRONG_ARITY) for no stream */
export function firstOf<T extends Row>(operator: string, streams: readonly DStream<T>[]): DStream<T> {
  const [first] = streams;
  if (first === undefined) throw new UsageError('GRAPH.WRONG_ARITY', { operator, arity: 'one or more', parents: 0 });
  return first;
}
