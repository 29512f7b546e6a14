import { defineConfig, type ViteUserConfig } from 'vitest/config';
import base from './vitest.config.ts';

const windows = ['window', 'reduce-by-window', 'count-by-window', 'count-by-value-and-window'];
const ofKeys = ['group-by-key-and-window', 'reduce-by-key-and-window', 'map-with-state', 'state-snapshots'];
const operators = [...windows, ...ofKeys, 'update-state-by-key', 'update-state-by-key-failures', 'windows-and-state'];

/** How mutants are tested: by these files, each time with the same examples, so that what survives once survives again. */
export function mutationTest(include: string[]): ViteUserConfig {
  process.env['FIRESTEEL_SEED'] ??= '1';
  process.env['FIRESTEEL_RUNS'] ??= '50';
  const { projects: _, ...test } = base.test ?? {};
  return { ...base, test: { ...test, include, isolate: false, testTimeout: 20_000 } };
}

/** The tests that matter to mutants of the operators of windows and state, and of their store. */
export default defineConfig(
  mutationTest([
    'test/rdd/state-store.test.ts',
    'test/rdd/state-store-changes.test.ts',
    ...operators.map((name) => `test/ops/${name}.test.ts`),
  ]),
);
