import type { Task } from './executor.ts';
import type { Sink, Terminal } from './loop.ts';
import { type Plan, partitionsOf } from './plan.ts';
import { readPartition } from './read.ts';
import type { Reading } from './reading.ts';
import { runTasks } from './run-tasks.ts';
import { prepare } from './shuffle.ts';
import type { Label } from './step.ts';

/** How an action reads a partition. */
export interface Ending {
  readonly terminal: Terminal;
  /** A new sink for each partition. */
  readonly sink: () => Sink;
  /** Whose function the terminal is. */
  readonly label?: Label;
}

/** Reads these partitions of a plan, each into a sink of its own; sinks come in the order asked for. */
export async function runJob(
  plan: Plan,
  ending: Ending,
  reading: Reading,
  partitions: readonly number[] = partitionsOf(plan),
): Promise<readonly Sink[]> {
  await prepare(plan, reading, partitions);
  const tasks = partitions.map((index) => readInto(ending.sink(), plan, index, ending, reading));
  return runTasks(tasks, reading);
}

function* readInto(sink: Sink, plan: Plan, index: number, ending: Ending, reading: Reading): Task<Sink> {
  yield* readPartition(plan, index, ending.terminal, sink, reading, ending.label);
  return sink;
}
