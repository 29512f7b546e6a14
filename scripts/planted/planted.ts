import { readFile, writeFile } from 'node:fs/promises';
import { plant } from './plant.ts';
import { type PlantedBug, readBugs } from './planted-bug.ts';
import { type Result, readResults, writeResults } from './results.ts';
import { lineOf, tableOf, withTable } from './table.ts';
import type { Verdict } from './verdict.ts';

/** What is run. */
export interface PlantedOptions {
  /** A part of the names of the bugs that are run, again if they were. */
  readonly only: string | undefined;
  /** Whether all are run again. */
  readonly isAgain: boolean;
  readonly seedsMax: number;
  /** Whether the table goes into the document. */
  readonly isWritten: boolean;
  readonly atOnceMax: number;
  readonly print: (text: string) => void;
}

/**
 * Plants the bugs, each in a copy of the project, and tells which of them are found.
 *
 * @returns the exit code: 1 where one is missed
 */
export async function planted(options: PlantedOptions): Promise<0 | 1> {
  const { only, isAgain, seedsMax, print } = options;
  const bugs = await readBugs('test/simulation/planted');
  const results = new Map(isAgain ? [] : await readResults());
  const isKnown = (bug: PlantedBug): boolean => {
    const known = results.get(bug.name);
    return known !== undefined && known.text === bug.text && known.seedsMax === seedsMax;
  };
  const due = bugs.filter((bug) => (only === undefined ? !isKnown(bug) : bug.name.includes(only)));
  print(`${due.length} of ${bugs.length} bugs are planted, and ${seedsMax} seeds from ${firstSeed} on look for each.`);
  await runAll(due, results, options);
  const known = bugs.flatMap((bug): readonly (readonly [PlantedBug, Verdict])[] => {
    const result = results.get(bug.name);
    return result === undefined ? [] : [[bug, result.verdict]];
  });
  for (const [bug, verdict] of known) print(lineOf(bug, verdict));
  if (options.isWritten) {
    await writeFile(document, withTable(await readFile(document, 'utf8'), tableOf(known)));
  }
  const found = known.filter(([, { type }]) => type === 'found').length;
  print(`${found} found, ${known.length - found} missed`);
  return found === known.length ? 0 : 1;
}

/** Several at a time, in their order; what is known is kept at once. */
async function runAll(
  due: readonly PlantedBug[],
  results: Map<string, Result>,
  { seedsMax, atOnceMax, print }: PlantedOptions,
): Promise<void> {
  const left = [...due];
  const worker = async (): Promise<void> => {
    for (let bug = left.shift(); bug !== undefined; bug = left.shift()) {
      const verdict = await plant(bug, { firstSeed, seedsMax });
      print(lineOf(bug, verdict));
      results.set(bug.name, { text: bug.text, seedsMax, verdict });
      await writeResults(results);
    }
  };
  await Promise.all(Array.from({ length: atOnceMax }, worker));
}

const firstSeed = 1;

const document = 'docs/reliability.md';
