import { UsageError } from './errors.ts';

/** How grave an entry of the log is, or how grave it must be to be written: Spark's names, the most talkative first. */
export type LogLevel = (typeof logLevels)[number];

/** ALL lets everything through and OFF nothing; an entry itself has one of the levels between. */
export const logLevels: readonly ['ALL', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'OFF'] = [
  'ALL',
  'TRACE',
  'DEBUG',
  'INFO',
  'WARN',
  'ERROR',
  'FATAL',
  'OFF',
];

/**
 * The level of that name, in upper or lower case.
 *
 * @throws UsageError (LOG.BAD_LEVEL) when there is none
 */
export function parseLogLevel(name: string): LogLevel {
  const level = logLevels.find((known) => known === name.toUpperCase());
  if (level === undefined) throw new UsageError('LOG.BAD_LEVEL', { level: name, levels: logLevels.join(', ') });
  return level;
}

/** Whether an entry of that level is written where that threshold holds. */
export function isAtLeast(level: LogLevel, threshold: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(threshold);
}
