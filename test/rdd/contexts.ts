import { SparkConf, SparkContext } from 'firesteel';
import { type TestRuntime, testRuntime } from 'firesteel/testing';
import { onTestFinished } from 'vitest';
import type { LogEntry } from '../../src/core/logger.ts';

/** What a test may want to know of its context. */
export interface TestContext {
  readonly sc: SparkContext;
  readonly runtime: TestRuntime;
  /** What was logged. */
  readonly log: LogEntry[];
}

/** A SparkContext in a world of its own, stopped when the test ends. @param settings beside local[2] */
export function contextOf(settings: Readonly<Record<string, string>> = {}, runtime = testRuntime()): TestContext {
  const conf = new SparkConf().setMaster('local[2]').setAppName('test');
  for (const [key, value] of Object.entries(settings)) conf.set(key, value);
  const log: LogEntry[] = [];
  const sc = new SparkContext(conf, { runtime, logSink: { log: (entry) => void log.push(entry) } });
  onTestFinished(() => sc.stop());
  return { sc, runtime, log };
}

/** A SparkContext in a world of its own, stopped when the test ends. */
export function context(settings?: Readonly<Record<string, string>>): SparkContext {
  return contextOf(settings).sc;
}

/** Both ways to run a chain of functions. */
export const ways: readonly (readonly [name: string, settings: Readonly<Record<string, string>>])[] = [
  ['generated', {}],
  ['interpreted', { 'firesteel.executor.codegen': 'false' }],
];
