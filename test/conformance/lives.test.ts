import { describe, expect, test } from 'vitest';
import { doubled, type Fields, failed, passing, reading, sliced } from './made.ts';

describe('a program that goes on in a next process', () => {
  const restart = { afterBatches: 2, requirement: 'before a prefix of expect, behind a suffix of expect' };
  const repeated = 'dropping the first (repeated) output after restart leaves the remaining expect';
  const counting = {
    streams: [{ name: 'in', batches: [[['a', 1]], [['b', 1]], [['a', 1]], [], [['a', 1]]], partitions: 2 }],
    ops: [
      { op: 'mapWithState', f: 'runningCountReturn', as: 'counts' },
      { op: 'stateSnapshots', of: 'counts' },
    ],
    expect: [
      [['a', 1]],
      [
        ['a', 1],
        ['b', 1],
      ],
      [
        ['a', 2],
        ['b', 1],
      ],
      [
        ['a', 2],
        ['b', 1],
      ],
      [
        ['a', 3],
        ['b', 1],
      ],
    ],
    times: [1000, 2000, 3000, 4000, 5000],
    ordered: false,
    run: { batches: 5 },
  };

  test('its outputs before and behind the stop make up what is expected', async () => {
    expect(await reading([doubled({ restart })])).toEqual(passing);
    expect(await reading([doubled({ ...counting, restart })])).toEqual(passing);
    expect(await reading([doubled({ ...counting, restart: { afterBatches: 1, thenBatches: 4 } })])).toEqual(passing);
  });

  test.each<[string, Fields, string]>([
    [
      'a record behind the stop is another',
      { restart, expect: [[1, 2, 2, 4], [], [3, 7]] },
      'life 2: UsageError: [TESTING.OUTPUTS_DIFFER] The outputs are not those that were expected: output 1 has 6',
    ],
    ['a batch is left out', { restart: { afterBatches: 1, thenBatches: 1 } }, 'got [1000,2000] ms'],
    [
      'the last batch before the stop is to run again',
      { restart: { afterBatches: 2, outputsAfterRestart: 2, requirement: repeated } },
      'expected 2 outputs after the restart, got 1',
    ],
    ['it asks for something else', { restart: { ...restart, requirement: 'all is well' } }, 'there is no requirement'],
    ['it says more', { restart: { ...restart, onAnotherMachine: true } }, 'a restart has no onAnotherMachine'],
    ['one life has no batch', { restart: { afterBatches: 3 } }, 'each life has at least one batch'],
    ['it counts what may be done twice', { restart, expectCounters: { batchesSeen: 3 } }, 'nobody knows'],
    ['it is killed too', { restart, underFailures: true }, 'either it is restarted, or it is killed'],
    ['it is a slice', sliced([{ from: 1000, to: 2000, set: [1, 2] }], { restart }), 'kind slice does not restart'],
  ])('it fails where %s', async (_what, fields, complaint) => {
    const { lines, ...rest } = await reading([doubled(fields)]);
    expect(rest).toEqual(failed);
    expect(lines[0]).toContain(complaint);
  });

  test('whenever it is killed, each batch comes, with the same result wherever it comes twice', async () => {
    expect(await reading([doubled({ ...counting, underFailures: true })])).toEqual(passing);
    expect(await reading([doubled({ ...counting, underFailures: { kills: 5 } })])).toEqual(passing);
  });

  test('a failure tells when it was killed', async () => {
    const { lines } = await reading([doubled({ underFailures: { kills: 2 }, expect: [[1, 2, 2, 4], [], [3, 7]] })]);
    expect(lines[0]).toMatch(/seed 1: killed after \d+, \d+ steps: UsageError/);
    const unknown = await reading([doubled({ underFailures: { weather: 'bad' } })]);
    expect(unknown.lines[0]).toContain('a restart has no weather');
  });
});
