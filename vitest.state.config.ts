import { defineConfig } from 'vitest/config';
import { mutationTest } from './vitest.operators.config.ts';

/** The tests that matter to mutants of what keeps state: its own. */
export default defineConfig(mutationTest(['test/state/*.test.ts']));
