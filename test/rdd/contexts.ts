import { SparkConf, SparkContext } from 'firesteel';
import { testRuntime } from 'firesteel/testing';
import { onTestFinished } from 'vitest';

/** A SparkContext in a world of its own, stopped when the test ends. @param settings beside master and name */
export function context(settings: Readonly<Record<string, string>> = {}): SparkContext {
  const conf = new SparkConf().setMaster('local[2]').setAppName('test');
  for (const [key, value] of Object.entries(settings)) conf.set(key, value);
  const sc = new SparkContext(conf, { runtime: testRuntime() });
  onTestFinished(() => sc.stop());
  return sc;
}

/** Both ways to run a chain of functions. */
export const ways: readonly (readonly [name: string, settings: Readonly<Record<string, string>>])[] = [
  ['generated', {}],
  ['interpreted', { 'firesteel.executor.codegen': 'false' }],
];
