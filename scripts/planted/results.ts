import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Verdict } from './verdict.ts';

/** What is kept of a bug that was run. */
export interface Result {
  /** The patch, as it was. */
  readonly text: string;
  readonly seedsMax: number;
  readonly verdict: Verdict;
}

/** What is known by name; nothing where nothing was run yet. */
export async function readResults(): Promise<ReadonlyMap<string, Result>> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  return new Map(Object.entries(JSON.parse(text) as Record<string, Result>));
}

/** Keeps what is known. */
export async function writeResults(results: ReadonlyMap<string, Result>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(Object.fromEntries(results), undefined, 2));
}

const path = '.tmp/planted/results.json';
