import type { Row } from '../../core/row.ts';
import type { TestRuntime } from '../../core/test-runtime.ts';
import type { Time } from '../../core/time.ts';
import type { DStream } from '../../dstream.ts';
import { deadLetter, type FailurePolicy, type LastPolicy } from '../../graph/failure-policy.ts';
import type { OutputOptions } from '../../graph/output.ts';
import type { RDD } from '../../rdd/rdd.ts';
import type { StreamingContext } from '../../streaming-context.ts';
import { AskedSource } from './asked-source.ts';
import { SimulatedFault } from './faults-to-come.ts';
import type { Outside } from './outside.ts';
import { ReliableReceiver } from './reliable-receiver.ts';
import type { SinkBook } from './sink-book.ts';
import { SocketSender } from './socket-sender.ts';
import { TimedSource } from './timed-source.ts';
import type { SimulatedWorld } from './world.ts';

/** What a world in which a process runs is made of. */
export interface LiveWorldOptions {
  readonly ssc: StreamingContext;
  readonly batchMs: number;
  readonly runtime: TestRuntime;
  readonly outside: Outside;
  /** Whether an output, by its number, is done with a batch for good. */
  readonly isDone: (output: number, timeMs: number) => boolean;
}

/** The world as a process has it: sources that are sent to, outputs that are written, and faults that hit them. */
export class LiveWorld implements SimulatedWorld {
  readonly #options: LiveWorldOptions;
  readonly #asked: (AskedSource | TimedSource)[] = [];
  readonly #sockets: SocketSender[] = [];
  /** The last batch that each output was called for. */
  readonly #lastMs = new Map<string, number>();
  /** When an output has failed whose policy is to stop. */
  #fatalMs = Number.POSITIVE_INFINITY;
  /** The outputs whose batches are set aside by a policy of this world. */
  readonly #ownAside = new Set<string>();
  /** How many outputs hang. */
  #hanging = 0;

  constructor(options: LiveWorldOptions) {
    this.#options = options;
  }

  asked<T extends Row>(name: string, rows: readonly T[]): DStream<T> {
    const { ssc, runtime, outside } = this.#options;
    const source = new AskedSource(outside.sender(name, 'asked', rows), runtime.clock);
    this.#asked.push(source);
    return (ssc.inputStream(source) as unknown as DStream<T>).uid(name);
  }

  timed<T extends Row>(name: string, rows: readonly T[]): DStream<T> {
    const { ssc, batchMs, outside } = this.#options;
    const source = new TimedSource(outside.sender(name, 'timed', rows), batchMs, outside.faults);
    this.#asked.push(source);
    return (ssc.inputStream(source) as unknown as DStream<T>).uid(name);
  }

  mayThrow<Args extends unknown[], R>(f: (...args: Args) => R): (...args: Args) => R {
    const { faults } = this.#options.outside;
    const throwing = (...args: Args): R => {
      if (faults.atFunctionCall() !== undefined) throw new SimulatedFault('a function of the program throws');
      return f(...args);
    };
    // An operator may ask how many parameters a function has.
    return Object.defineProperty(throwing, 'length', { value: f.length });
  }

  aside(name: string): LastPolicy {
    this.#ownAside.add(name);
    return deadLetter(({ time }) => this.#setAside(this.#options.outside.sink(name, 'idempotent'), time));
  }

  received<T extends Row>(name: string, rows: readonly T[]): DStream<T> {
    const { ssc, runtime, outside } = this.#options;
    const sender = outside.sender(name, 'received', rows);
    const receiver = new ReliableReceiver(sender, outside, () => runtime.isDead);
    return (ssc.receiverStream(receiver) as unknown as DStream<T>).uid(name);
  }

  socket(name: string, lines: readonly string[]): DStream<string> {
    const { ssc, runtime, outside } = this.#options;
    const port = firstPort + this.#sockets.length;
    this.#sockets.push(new SocketSender(outside.sender(name, 'socket', lines), runtime, port));
    return ssc.socketTextStream('localhost', port).uid(name);
  }

  idempotent<T extends Row>(name: string, stream: DStream<T>, options?: OutputOptions<T>): void {
    this.#write('idempotent', name, stream, options);
  }

  appending<T extends Row>(name: string, stream: DStream<T>, options?: OutputOptions<T>): void {
    this.#write('appending', name, stream, options);
  }

  /** Whether an output hangs. */
  get isHanging(): boolean {
    return this.#hanging > 0;
  }

  /** Whether all rows have been sent, and are safe or read. */
  get isSent(): boolean {
    const senders = [...this.#options.outside.senders.values()];
    return (
      senders.every(({ kind, isDone }) => kind === 'asked' || kind === 'timed' || isDone) &&
      this.#asked.every(({ isDone }) => isDone)
    );
  }

  /** Sends what is there to be sent over sockets. */
  send(): void {
    for (const socket of this.#sockets) socket.send();
  }

  /** Breaks the connections where a fault says so. */
  breakSockets(): void {
    const isOpen = this.#sockets.some((socket) => socket.isOpen);
    if (!this.#options.outside.faults.socketsClose(isOpen)) return;
    for (const socket of this.#sockets) socket.break();
  }

  /** What it has of the process is given back. */
  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #write<T extends Row>(
    kind: SinkBook['kind'],
    name: string,
    stream: DStream<T>,
    options: OutputOptions<T> | undefined,
  ): void {
    const { ssc, outside } = this.#options;
    const book = outside.sink(name, kind);
    const output = ssc.freeze().sinks.length;
    const last = lastOf(options?.onFailure as FailurePolicy | undefined);
    stream.foreachRDD(async (rdd, time) => {
      try {
        await this.#called(book, output, rdd, time);
      } catch (error) {
        if (last === 'stop') this.#fatalMs = Math.min(this.#fatalMs, time.milliseconds);
        if (last === 'deadLetter' && !this.#ownAside.has(name)) book.aside.add(time.milliseconds);
        throw error;
      }
    }, options);
  }

  async #called(book: SinkBook, output: number, rdd: RDD<Row>, { milliseconds: timeMs }: Time): Promise<void> {
    const { runtime, outside } = this.#options;
    this.#check(book, output, timeMs);
    const fault = outside.faults.atSinkCall();
    if (fault?.kind === 'sink hangs') await this.#hang(fault.ms);
    const rows = await rdd.collect();
    // Of a process that has died in the meantime nothing comes out any more.
    if (runtime.isDead) return await never;
    const failure = new SimulatedFault(`the output ${book.name} fails`);
    if (fault?.kind === 'sink fails' && !fault.hasWritten) throw failure;
    book.written.push({ timeMs, rows });
    if (fault?.kind === 'sink fails') throw failure;
  }

  async #setAside(book: SinkBook, { milliseconds: timeMs }: Time): Promise<void> {
    const { runtime, outside } = this.#options;
    const fault = outside.faults.atSinkCall();
    if (fault?.kind === 'sink hangs') await this.#hang(fault.ms);
    if (runtime.isDead) return await never;
    if (fault?.kind === 'sink fails') throw new SimulatedFault(`what sets aside for ${book.name} fails`);
    book.aside.add(timeMs);
  }

  async #hang(ms: number = forEverMs): Promise<void> {
    this.#hanging += 1;
    await this.#options.runtime.clock.sleep(ms);
    this.#hanging -= 1;
  }

  #check({ name }: SinkBook, output: number, timeMs: number): void {
    const { outside, isDone } = this.#options;
    const lastMs = this.#lastMs.get(name) ?? timeMs;
    this.#lastMs.set(name, timeMs);
    if (timeMs < lastMs) outside.broke('batches are in order', `${name} had ${lastMs} ms, and then ${timeMs} ms`);
    if (timeMs > this.#fatalMs) {
      outside.broke('no batch begins behind a fatal failure', `${name} had ${timeMs} ms behind ${this.#fatalMs} ms`);
    }
    if (isDone(output, timeMs)) {
      outside.broke('a batch that is done is not done again', `${name} had ${timeMs} ms once more`);
    }
  }
}

/** What holds when an output has failed for good. */
function lastOf(policy: FailurePolicy | undefined): LastPolicy['type'] | undefined {
  return policy?.type === 'retry' ? policy.last.type : policy?.type;
}

const firstPort = 9000;

/** Longer than any simulation. */
const forEverMs = 2 ** 50;

const never = new Promise<never>(() => undefined);
