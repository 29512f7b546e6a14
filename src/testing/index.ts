// The shipped test kit: everything a test needs to own time, chance and the outside world.

export type { ManualClock } from '../core/manual-clock.ts';
export { type TestRuntime, type TestRuntimeOptions, testRuntime } from '../core/test-runtime.ts';
export { Feed, type FeedBatch } from './feed.ts';
export { type RunOptions, run } from './run.ts';
