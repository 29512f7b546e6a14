import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What stands in a JSON file. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A batch of a source, or an output: rows, or the whole numbers from one to another. */
export type Rows = readonly Json[] | { readonly range: readonly [number, number] };

export interface Source {
  readonly name: string;
  readonly partitions?: number;
  /** null where the source makes nothing at all, which is not an empty batch. */
  readonly batches: readonly (Rows | null)[];
}

/** One step of a program: an operator, its parameters, the names of its inputs and of its result. */
export interface StepData {
  readonly op: string;
  readonly of?: string | readonly string[];
  readonly as?: string;
  readonly [parameter: string]: Json | undefined;
}

/** What is expected of one stream. */
export interface Observed {
  readonly of?: string;
  readonly expect?: readonly Rows[];
  readonly times?: readonly number[];
}

export interface ExpectedError {
  readonly phase: 'build' | 'start' | 'run';
  readonly atBatch?: number;
  readonly messageGist?: string;
  readonly stopsStream?: boolean;
}

/** A question to a stream: its data from one time to another, both included. */
export interface SliceRow {
  readonly from: number;
  readonly to: number;
  readonly set?: readonly Json[];
}

/** A stop without draining, and a next process that goes on. */
interface Restart {
  readonly afterBatches: number;
  /** How many follow; as many as are left unless given. */
  readonly thenBatches?: number;
  readonly outputsAfterRestart?: number;
  readonly requirement?: string;
}

/** Kills at any time, each with a next process that goes on; `true` is the same as nothing said. */
export interface UnderFailures {
  /** How many; by chance unless given. */
  readonly kills?: number;
  readonly requirement?: string;
}

/** A case, as far as this reader reads it. */
export interface Case extends Observed {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly batchMs: number;
  readonly streams?: readonly Source[];
  readonly ops?: readonly StepData[];
  readonly run?: { readonly batches: number };
  readonly observe?: readonly Observed[];
  readonly ordered?: boolean;
  readonly valueOrder?: 'any' | 'arrival';
  readonly expectPartitionCounts?: readonly number[];
  readonly expectCounters?: Readonly<Record<string, number>>;
  readonly expectError?: ExpectedError;
  readonly expectAggregate?: Readonly<Record<string, Json>>;
  readonly rows?: readonly SliceRow[];
  readonly restart?: Restart;
  readonly underFailures?: boolean | UnderFailures;
}

/** What is wrong with a case, or with how this reader understands it. */
export class CaseMistake extends Error {
  override readonly name = 'CaseMistake';
}

/** What a case needs is not there yet. */
export class NotThereYet extends Error {
  override readonly name = 'NotThereYet';
}

const format = 'dstream-conformance/1';

/**
 * The cases of a folder, in the order of its files.
 *
 * @throws CaseMistake when there are none, when a file has another format, or when an id occurs twice
 */
export async function readCases(dir: string): Promise<readonly Case[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort();
  const cases: Case[] = [];
  for (const name of names) {
    const file = JSON.parse(await readFile(join(dir, name), 'utf8')) as { format?: string; cases?: readonly Case[] };
    if (file.format !== format || file.cases === undefined) {
      throw new CaseMistake(`${name} is not a file of cases in the format ${format}`);
    }
    cases.push(...file.cases);
  }
  if (cases.length === 0) throw new CaseMistake(`${dir} has no cases`);
  const ids = cases.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw new CaseMistake(`the id ${twice} occurs twice`);
  return cases;
}

/** The rows themselves. */
export function rowsOf(rows: Rows): readonly Json[] {
  if (!('range' in rows)) return rows;
  const [first, last] = rows.range;
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
