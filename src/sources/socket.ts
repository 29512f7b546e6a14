import { Readable } from 'node:stream';
import { SourceError, UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { Connection, Endpoint } from '../core/sockets.ts';
import { Receiver } from '../graph/receiver.ts';
import { LineCutter } from './line-cutter.ts';

/** @throws UsageError (SOCKET.BAD_PORT, SOCKET.BAD_HOST) */
export function endpointOf(host: string, port: number): Endpoint {
  if (typeof host !== 'string' || host === '') throw new UsageError('SOCKET.BAD_HOST', { host: String(host) });
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError('SOCKET.BAD_PORT', { port: String(port) });
  return { host, port };
}

/** A TCP client that takes what comes; refused, broken and ended connections are tried again. */
abstract class SocketReceiver<T extends Row> extends Receiver<T> {
  readonly #to: Endpoint;
  #connection: Connection | undefined;

  constructor(to: Endpoint) {
    super();
    this.#to = to;
  }

  protected abstract received(bytes: Buffer): void;
  /** No more bytes will come of this connection: keeps what is there, and asks for a restart. */
  protected abstract lost(message: string, error?: Error): void;

  override async onStart(): Promise<void> {
    await this.connect();
  }

  /** Resolves when it is connected, or lost before. @returns which @throws SourceError (SOCKET.UNKNOWN_HOST) */
  protected connect(): Promise<'connected' | 'lost'> {
    const { host, port } = this.#to;
    return new Promise((resolve, reject) => {
      this.#connection = this.runtime.sockets.connect(this.#to, {
        opened: () => resolve('connected'),
        received: (bytes) => this.received(bytes),
        ended: () => this.lost('Socket data stream had no more data'),
        failed: (error) => {
          // A name that nobody knows is likelier a mistake than a server that is down.
          const isUnknown = 'code' in error && error.code === 'ENOTFOUND';
          if (isUnknown) reject(new SourceError('SOCKET.UNKNOWN_HOST', { host }, { cause: error, retryable: true }));
          else this.lost(`Error connecting to ${host}:${port}`, error);
          resolve('lost');
        },
      });
    });
  }

  override onStop(): void {
    this.close();
  }

  /** No more of this connection comes. */
  protected close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** Whether to read; while not, TCP slows the sender down. */
  protected read(isReading: boolean): void {
    if (isReading) this.#connection?.resume();
    else this.#connection?.pause();
  }
}

/** Lines of text from a TCP server. */
export class SocketTextReceiver extends SocketReceiver<string> {
  readonly #lineBytesMax: number;
  readonly #lines: LineCutter;

  /** @param lineBytesMax a connection that sends a longer line is given up, and made again */
  constructor(to: Endpoint, lineBytesMax: number) {
    super(to);
    this.#lineBytesMax = lineBytesMax;
    this.#lines = new LineCutter(lineBytesMax);
  }

  override get name(): string {
    return 'SocketTextReceiver';
  }

  protected override received(bytes: Buffer): void {
    const lines = this.#lines.add(bytes);
    const hasRoom = lines === undefined || this.storeLines(lines);
    if (this.#lines.isTooLong) {
      this.#giveLineUp();
    } else if (!hasRoom) {
      this.read(false);
      void this.drained().then(() => this.read(true));
    }
  }

  /** What follows belongs to the same line: only a new connection begins with a line of its own. */
  #giveLineUp(): void {
    this.close();
    this.#lines.end();
    const error = new SourceError('SOCKET.LINE_TOO_LONG', { lineBytesMax: this.#lineBytesMax }, { retryable: true });
    this.restart('A line is too long', error);
  }

  protected override lost(message: string, error?: Error): void {
    const rest = this.#lines.end();
    if (rest !== undefined) this.storeLines(rest);
    this.restart(message, error);
  }
}

/** The longest line of `socketTextStream`: it is kept whole in memory, and becomes one string. */
export const lineBytesMax: number = 64 * 1024 * 1024;

/** Takes what is read from the bytes of each connection, one part after the other, as fast as there is room for it. */
export abstract class PartsReceiver<T extends Row, P> extends SocketReceiver<T> {
  readonly #partsOf: (bytes: AsyncIterable<Buffer>) => AsyncIterable<P>;
  #bytes = new Readable();
  #loss: { readonly message: string; readonly error?: Error | undefined } | undefined;

  constructor(to: Endpoint, partsOf: (bytes: AsyncIterable<Buffer>) => AsyncIterable<P>) {
    super(to);
    this.#partsOf = partsOf;
  }

  /** Stores a part; a promise where the next one has to wait. */
  protected abstract take(part: P): Promise<void> | undefined;

  override async onStart(): Promise<void> {
    const bytes = new Readable({ read: () => this.read(true) });
    this.#bytes = bytes;
    this.#loss = undefined;
    const parts = (await this.connect()) === 'connected' ? this.#partsOf(bytes) : [];
    for await (const part of parts) {
      if (this.#bytes !== bytes || !this.isStarted()) return;
      const taken = this.take(part);
      if (taken !== undefined) await taken;
    }
    if (this.#bytes === bytes) this.#restartAfterAllIsRead();
  }

  #restartAfterAllIsRead(): void {
    const { message, error } = this.#loss ?? { message: 'The converter wants no more of this connection' };
    this.restart(message, error);
  }

  override onStop(): void {
    super.onStop();
    this.#bytes.destroy();
    this.#bytes = new Readable();
  }

  protected override received(bytes: Buffer): void {
    if (!this.#bytes.push(bytes)) this.read(false);
  }

  protected override lost(message: string, error?: Error): void {
    this.#loss = { message, error };
    this.#bytes.push(null);
  }
}

/** Rows that the program's own converter reads from the bytes of a TCP server. */
export class SocketStreamReceiver<T extends Row> extends PartsReceiver<T, T> {
  constructor(to: Endpoint, convert: Converter<T>) {
    super(to, convert);
  }

  override get name(): string {
    return 'SocketStreamReceiver';
  }

  protected override take(row: T): Promise<void> | undefined {
    return this.store(row) ? undefined : this.drained();
  }
}

/** Reads rows from the bytes of one connection. */
export type Converter<T extends Row> = (bytes: AsyncIterable<Buffer>) => AsyncIterable<T>;
