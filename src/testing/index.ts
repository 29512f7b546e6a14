// The shipped test kit: everything a test needs to own time, chance and the outside world.

export type { ManualClock } from '../core/manual-clock.ts';
export type { MemoryProcesses } from '../core/memory-processes.ts';
export type { MemorySignals } from '../core/memory-signals.ts';
export type { MemoryConnection, MemoryServer, MemorySockets } from '../core/memory-sockets.ts';
export type { MemoryStorage } from '../core/memory-storage.ts';
export type { MemoryTerminal } from '../core/memory-terminal.ts';
export { type TestRuntime, type TestRuntimeOptions, testRuntime } from '../core/test-runtime.ts';
export { assertOutputs, type CompareOptions } from './compare.ts';
export { Feed, type FeedBatch } from './feed.ts';
export { type RunOptions, run } from './run.ts';
export { type SimulateOptions, simulate } from './simulate.ts';
export type { EndFault, Fault, InnerFault } from './simulation/fault.ts';
export type { Seen } from './simulation/once.ts';
export type { SimulatedWorld } from './simulation/world.ts';
