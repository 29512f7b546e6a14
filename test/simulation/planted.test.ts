import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readBugs } from '../../scripts/planted/planted-bug.ts';

test('every planted bug applies to the code as it is', async () => {
  const bugs = await readBugs('test/simulation/planted');
  expect(bugs.length).toBeGreaterThanOrEqual(20);
  for (const { text } of bugs) execFileSync('git', ['apply', '--check', '-'], { input: text });
});
