import { describe, expect, test } from 'vitest';
import { logLevels } from '../../src/core/log-level.ts';
import { type LogEntry, Logger, type LogSink, terminalSink } from '../../src/core/logger.ts';

const timeMs = Date.UTC(2026, 10, 24, 5, 47, 27, 999);

interface Desk {
  readonly logger: Logger;
  readonly entries: LogEntry[];
  /** What was written to standard error. */
  err: string;
}

function desk(sinkOf?: (d: Desk) => LogSink): Desk {
  const entries: LogEntry[] = [];
  const terminal = {
    out: (): never => expect.fail('the log is not for standard output'),
    err: (text: string): void => {
      d.err += text;
    },
  };
  const toEntries: LogSink = { log: (entry) => entries.push(entry) };
  const sink: LogSink = { log: (entry) => (sinkOf?.(d) ?? toEntries).log(entry) };
  const logger = new Logger('StreamingContext', { sink, terminal, clock: { now: () => timeMs }, level: 'WARN' });
  const d: Desk = { logger, entries, err: '' };
  return d;
}

describe('Logger', () => {
  test('hands the sink entries of its name, with time, level and error', () => {
    const { logger, entries } = desk();
    const error = new Error('no');
    logger.warn('late');
    logger.error('failed', error);
    expect(entries).toEqual([
      { level: 'WARN', timeMs, logger: 'StreamingContext', message: 'late' },
      { level: 'ERROR', timeMs, logger: 'StreamingContext', message: 'failed', error },
    ]);
    expect(entries[0]).not.toHaveProperty('error');
  });

  test.each([
    ['ALL', ['DEBUG', 'INFO', 'WARN', 'ERROR']],
    ['TRACE', ['DEBUG', 'INFO', 'WARN', 'ERROR']],
    ['DEBUG', ['DEBUG', 'INFO', 'WARN', 'ERROR']],
    ['INFO', ['INFO', 'WARN', 'ERROR']],
    ['WARN', ['WARN', 'ERROR']],
    ['ERROR', ['ERROR']],
    ['FATAL', []],
    ['OFF', []],
  ])('at the level %s lets %j through', (level, through) => {
    const { logger, entries } = desk();
    logger.setLevel(level);
    logger.debug('d');
    logger.info('i');
    logger.warn('w');
    logger.error('e');
    expect(entries.map((entry) => entry.level)).toEqual(through);
    expect(logger.level).toBe(level);
  });

  test('shares its level with all its children, whichever sets it', () => {
    const { logger, entries } = desk();
    const child = logger.child('JobScheduler');
    const grandchild = child.child('Executor');
    grandchild.setLevel('info');
    logger.info('1');
    child.info('2');
    grandchild.debug('3');
    expect(entries.map((entry) => [entry.logger, entry.message])).toEqual([
      ['StreamingContext', '1'],
      ['JobScheduler', '2'],
    ]);
  });

  test('takes the level in any case, and no level that does not exist', () => {
    const { logger } = desk();
    for (const level of logLevels) {
      logger.setLevel(level.toLowerCase());
      expect(logger.level).toBe(level);
    }
    expect(() => logger.setLevel('WARNING')).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [LOG.BAD_LEVEL] There is no log level 'WARNING'.
        why  The levels are ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF.
        fix  Name one of them; upper and lower case are the same.]
    `);
    expect(logger.level).toBe('OFF');
  });

  test('goes on when its sink throws: the entries go to the terminal, the reason once', () => {
    const d = desk(() => ({
      log: () => {
        throw Object.assign(new Error('disk full'), { stack: 'Error: disk full' });
      },
    }));
    d.logger.warn('one');
    d.logger.child('JobScheduler').warn('two');
    expect(d.err).toMatchInlineSnapshot(`
      "26/11/24 05:47:27 ERROR Logger: The log sink failed; from here on, what it does not take is written here.
      Error: disk full
      26/11/24 05:47:27 WARN StreamingContext: one
      26/11/24 05:47:27 WARN JobScheduler: two
      "
    `);
  });

  test('goes on when its sink returns a promise that rejects', async () => {
    const d = desk(() => ({ log: () => Promise.reject('gone') }) as never);
    d.logger.warn('one');
    await Promise.resolve();
    expect(d.err).toMatchInlineSnapshot(`
      "26/11/24 05:47:27 ERROR Logger: The log sink failed; from here on, what it does not take is written here.
      gone
      26/11/24 05:47:27 WARN StreamingContext: one
      "
    `);
  });

  test('goes on when the terminal throws as well', () => {
    const broken = (): never => {
      throw new Error('EPIPE');
    };
    const terminal = { out: broken, err: broken };
    const sink = terminalSink(terminal);
    const logger = new Logger('x', { sink, terminal, clock: { now: () => timeMs }, level: 'ALL' });
    expect(() => logger.error('lost')).not.toThrow();
  });
});

describe('terminalSink', () => {
  const lines = (entry: Partial<LogEntry>): string => {
    let err = '';
    const terminal = {
      out: (): never => expect.fail('the log is not for standard output'),
      err: (text: string): void => {
        err += text;
      },
    };
    terminalSink(terminal).log({ level: 'WARN', timeMs, logger: 'StreamingContext', message: 'message', ...entry });
    return err;
  };

  test('writes a line as Spark does, its time in UTC', () => {
    expect(lines({})).toBe('26/11/24 05:47:27 WARN StreamingContext: message\n');
    expect(lines({ timeMs: 0 })).toBe('70/01/01 00:00:00 WARN StreamingContext: message\n');
  });

  test('writes the stack of an error below, and of what caused it', () => {
    const cause = Object.assign(new Error('inner'), { stack: 'Error: inner\n    at b.ts:2' });
    const error = Object.assign(new Error('outer', { cause }), { stack: 'Error: outer\n    at a.ts:1' });
    expect(lines({ error })).toMatchInlineSnapshot(`
      "26/11/24 05:47:27 WARN StreamingContext: message
      Error: outer
          at a.ts:1
      Caused by: Error: inner
          at b.ts:2
      "
    `);
  });

  test('writes what is thrown and is no error, and ends where causes go in a circle', () => {
    const circle = Object.assign(new Error('self'), { stack: 'Error: self' });
    circle.cause = circle;
    expect(lines({ error: 'just text' })).toBe('26/11/24 05:47:27 WARN StreamingContext: message\njust text\n');
    expect(lines({ error: circle })).toBe('26/11/24 05:47:27 WARN StreamingContext: message\nError: self\n');
  });
});
