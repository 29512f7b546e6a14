import { callGuarded } from './call-guarded.ts';
import type { Clock } from './clock.ts';
import { messageOf } from './errors.ts';
import { isAtLeast, type LogLevel, parseLogLevel } from './log-level.ts';
import type { Terminal } from './terminal.ts';

/** One entry of the log. */
export interface LogEntry {
  readonly level: LogLevel;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** The part of firesteel, or of the program, that speaks: `StreamingContext`. */
  readonly logger: string;
  readonly message: string;
  /** What was thrown, if the entry is about that. */
  readonly error?: unknown;
}

/** Where the log goes. A host gives its own to join firesteel's log with its own. */
export interface LogSink {
  /** Takes one entry; what it throws is told once and then passed by. */
  log(entry: LogEntry): void;
}

/** What a logger is made of. */
export interface LoggerOptions {
  readonly sink: LogSink;
  readonly clock: Pick<Clock, 'now'>;
  /** Where the log goes when the sink fails. */
  readonly terminal: Terminal;
  readonly level: LogLevel;
}

/**
 * Writes the log of one context.
 *
 * A sink that throws breaks nothing: what it did not take is written to the terminal instead, the first time with the
 * error of the sink.
 */
export class Logger {
  readonly name: string;
  readonly #output: Output;

  constructor(name: string, options: LoggerOptions) {
    this.name = name;
    this.#output = options instanceof Output ? options : new Output(options);
  }

  /** A logger of another name that shares all else; the level too, whichever of them sets it. */
  child(name: string): Logger {
    return new Logger(name, this.#output);
  }

  debug(message: string, error?: unknown): void {
    this.#output.log('DEBUG', this.name, message, error);
  }

  info(message: string, error?: unknown): void {
    this.#output.log('INFO', this.name, message, error);
  }

  warn(message: string, error?: unknown): void {
    this.#output.log('WARN', this.name, message, error);
  }

  error(message: string, error?: unknown): void {
    this.#output.log('ERROR', this.name, message, error);
  }

  /** The least grave level that is written. */
  get level(): LogLevel {
    return this.#output.level;
  }

  /**
   * Sets the level of this logger and of all that share it; upper and lower case are the same.
   *
   * @throws UsageError (LOG.BAD_LEVEL) for a level that does not exist
   */
  setLevel(level: string): void {
    this.#output.level = parseLogLevel(level);
  }
}

/** What a logger has in common with its children. */
class Output implements LoggerOptions {
  readonly sink: LogSink;
  readonly clock: Pick<Clock, 'now'>;
  readonly terminal: Terminal;
  level: LogLevel;
  #hasSinkFailed = false;

  constructor(options: LoggerOptions) {
    this.sink = options.sink;
    this.clock = options.clock;
    this.terminal = options.terminal;
    this.level = options.level;
  }

  log(level: LogLevel, logger: string, message: string, error: unknown): void {
    if (!isAtLeast(level, this.level)) return;
    const entry = { level, timeMs: this.clock.now(), logger, message, ...(error === undefined ? {} : { error }) };
    callGuarded(
      () => this.sink.log(entry),
      (refusal) => this.#logAnyway(entry, refusal),
    );
  }

  #logAnyway(entry: LogEntry, refusal: unknown): void {
    const notice: LogEntry = {
      level: 'ERROR',
      timeMs: entry.timeMs,
      logger: 'Logger',
      message: 'The log sink failed; from here on, what it does not take is written here.',
      error: refusal,
    };
    const lines = this.#hasSinkFailed ? [entry] : [notice, entry];
    this.#hasSinkFailed = true;
    try {
      for (const line of lines) this.terminal.err(logLine(line));
    } catch {
      // The log and the terminal both fail: there is no place left to say so, and the stream must go on.
    }
  }
}

/** The sink that a context has unless it is given another: lines as Spark's, to standard error. */
export function terminalSink(terminal: Terminal): LogSink {
  return { log: (entry) => terminal.err(logLine(entry)) };
}

/**
 * An entry as Spark prints it, `26/11/24 05:47:27 WARN StreamingContext: message`, with the stack of its error and of
 * what caused that below. The time is UTC (Spark's is local), so that the logs of several machines lie side by side.
 */
function logLine(entry: LogEntry): string {
  const time = new Date(entry.timeMs).toISOString();
  const date = time.slice(2, 10).replaceAll('-', '/');
  const lines = [`${date} ${time.slice(11, 19)} ${entry.level} ${entry.logger}: ${entry.message}`];
  const seen = new Set<unknown>();
  for (let error = entry.error; error !== undefined && !seen.has(error); error = causeOf(error)) {
    lines.push(seen.size === 0 ? stackOf(error) : `Caused by: ${stackOf(error)}`);
    seen.add(error);
  }
  return `${lines.join('\n')}\n`;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function stackOf(error: unknown): string {
  return (error instanceof Error ? error.stack : undefined) ?? messageOf(error);
}
