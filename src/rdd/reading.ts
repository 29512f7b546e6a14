import type { Engine } from './engine.ts';
import type { JobScope } from './job-scope.ts';

/** What a read needs beside its plan; one for all partitions of an action. */
export interface Reading {
  readonly engine: Engine;
  readonly job: JobScope;
}
