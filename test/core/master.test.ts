import { expect, test } from 'vitest';
import { parseMaster } from '../../src/core/master.ts';

test.each([
  ['local', 1],
  ['local[1]', 1],
  ['local[4]', 4],
  ['local[ 4 ]', 4],
  ['local[*]', 8],
  ['local[3,5]', 3],
  ['local[3, 5]', 3],
  ['local[*,5]', 8],
])('reads %s as %d slots of 8 cores', (text, slots) => {
  expect(parseMaster(text, 8)).toEqual({ slots, text });
});

test('gives local[*] two slots on one core, so that a receiver leaves one to compute', () => {
  expect(parseMaster('local[*]', 1).slots).toBe(2);
});

test.each([
  '',
  'Local',
  'local[0]',
  'local[]',
  'local[-1]',
  'local[1.5]',
  'local[n]',
  'local[99999999999999999]',
  'local [2]',
  'local[2] ',
  'local-cluster[2,1,1024]',
  'spark://host:7077',
  'yarn',
  'k8s://https://host',
])('refuses %j', (text) => {
  expect(() => parseMaster(text, 8)).toThrow(expect.objectContaining({ code: 'CONF.BAD_MASTER' }));
});

test('says which masters there are', () => {
  expect(() => parseMaster('spark://host:7077', 8)).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: [CONF.BAD_MASTER] The master 'spark://host:7077' is not one that firesteel can run on.
      why  A program runs in slots of its own process: there is no cluster behind it to send work to.
      fix  Use 'local' (1 slot), 'local[4]' (4 slots), 'local[*]' (a slot a core, at least 2) or 'local[4,maxFailures]'.]
  `);
});
