import { expect, test } from 'vitest';
import { bugOf } from '../../scripts/planted/planted-bug.ts';
import { lineOf, tableOf, withTable } from '../../scripts/planted/table.ts';
import type { Verdict } from '../../scripts/planted/verdict.ts';

const sync = bugOf('01-sync', 'A sync is left out.\n\ndiff --git a/x b/x\n');
const order = bugOf('02-order', 'The order is wrong.\n\ndiff --git a/x b/x\n');
const found: Verdict = { type: 'found', seeds: 7, law: 'batches are in order', difference: '2 came before 1' };
const missed: Verdict = { type: 'missed', reason: 'no law is broken' };

test('a bug has to say what is wrong before it shows it', () => {
  expect(sync).toMatchObject({ name: '01-sync', what: 'A sync is left out.' });
  expect(() => bugOf('03-none', 'diff --git a/x b/x\n')).toThrow('03-none does not begin with a sentence');
});

test('a line tells what became of a bug', () => {
  expect(lineOf(sync, found)).toBe('found  01-sync after 7: batches are in order: 2 came before 1');
  expect(lineOf(order, missed)).toBe('MISSED 02-order: no law is broken');
});

test('the table takes the place of the one before', () => {
  const document = 'Before\n<!-- planted bugs -->\nold\n<!-- end of planted bugs -->\nafter\n';
  const table = tableOf([
    [sync, found],
    [order, missed],
  ]);
  expect(withTable(document, table)).toBe(`Before
<!-- planted bugs -->
| what is wrong | found after seeds | by the law |
|---|---|---|
| A sync is left out. | 7 | batches are in order |
| The order is wrong. | missed | |
<!-- end of planted bugs -->
after
`);
  expect(() => withTable('no place', table)).toThrow('no place for the table');
});
