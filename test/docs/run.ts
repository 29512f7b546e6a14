import { resolve } from 'node:path';
import { expect } from 'vitest';
import type { Compiled } from './compile.ts';
import { takeComparisons } from './same.ts';

/** Runs a fence to its end. Throws what it throws, the first difference it shows, or which `// =>` it never reached. */
export async function run({ file, promises }: Compiled): Promise<void> {
  let comparisons = await takeComparisons();
  try {
    await import(resolve(file));
  } finally {
    comparisons = await takeComparisons();
  }
  for (const { error } of comparisons) if (error !== undefined) throw error;
  const reached = comparisons.map(({ where }) => where);
  expect(
    promises.filter((where) => !reached.includes(where)),
    "these '// =>' were never reached",
  ).toEqual([]);
}
