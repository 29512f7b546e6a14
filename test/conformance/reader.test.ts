import { describe, expect, test } from 'vitest';
import { conformance } from '../../scripts/conformance/conformance.ts';
import { doubled, type Fields, failed, folderOf, format, passing, reading, sliced } from './made.ts';

/** A map of records that throws in the second of three batches. */
function failing(fields: Fields = {}): Fields {
  return doubled({
    streams: [{ name: 'in', batches: [[0], [1], [2]], partitions: 1 }],
    ops: [{ op: 'map', f: 'throwOnOne' }],
    expect: [[0], [2]],
    times: [1000, 3000],
    expectError: {
      phase: 'run',
      atBatch: 2,
      messageGist: thrown('This is a special error'),
      stopsStream: false,
    },
    ...fields,
  });
}

/** What the peer's error says, where the program itself throws it. */
function thrown(text: string): string {
  return `text of the thrown error: ${text}`;
}

describe('what is expected of outputs', () => {
  test('a case whose outputs come passes, in silence', async () => {
    expect(await reading([doubled()])).toEqual(passing);
  });

  test('a failure tells the seed, what was expected, and what came', async () => {
    const { lines } = await reading([doubled({ expect: [[1, 2, 2, 4], [], [3, 7]] })]);
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "FAIL made.doubled: each record twice
        seed 1: UsageError: [TESTING.OUTPUTS_DIFFER] The outputs are not those that were expected: output 3 has 6 as row 2, not 7.
          expected [[1,2,2,4],[],[3,7]]
          got      [[1,2,2,4],[],[3,6]]
      0 passed, 1 failed, 0 skipped"
    `);
  });

  test.each<[string, Fields, string]>([
    ['a record is another', { expect: [[1, 2, 2, 5], [], [3, 6]] }, 'output 1 has 4 as row 4, not 5'],
    ['a number is text', { expect: [[1, 2, 2, '4'], [], [3, 6]] }, 'output 1 has 4 as row 4, not "4"'],
    ['a record is missing', { expect: [[1, 2, 2], [], [3, 6]] }, 'output 1 has more rows: 4'],
    ['the order is another, where it counts', { expect: [[2, 1, 2, 4], [], [3, 6]] }, 'has 1 as row 1, not 2'],
    [
      'a record comes once and not twice',
      { expect: [[1, 1, 2, 4], [], [3, 6]], ordered: false },
      'output 1 lacks 1 and has too many of 2',
    ],
    ['an output is too many', { expect: [[1, 2, 2, 4], []], times: undefined }, 'there are 3 outputs, not 2'],
    [
      'an output is missing',
      { expect: [[1, 2, 2, 4], [], [3, 6], []], times: undefined },
      'there are 3 outputs, not 4',
    ],
    ['a time is another', { times: [1000, 2000, 4000] }, 'outputs at [1000,2000,4000] ms, got [1000,2000,3000] ms'],
    ['the partitions are other', { expectPartitionCounts: [2, 2, 3] }, 'expected [2,2,3] partitions, got [2,2,2]'],
    [
      'a range is another',
      { ops: [{ op: 'repartition', n: 1 }], expect: [{ range: [1, 3] }, [], [3]] },
      'output 1 lacks its last rows: 3',
    ],
    [
      'a batch that is not made is to give an output',
      { streams: [{ name: 'in', batches: [[1, 2], null, [3]] }] },
      'outputs at [1000,2000,3000] ms, got [1000,3000] ms',
    ],
  ])('it fails where %s', async (_what, fields, complaint) => {
    const { lines, ...rest } = await reading([doubled(fields)]);
    expect(rest).toEqual(failed);
    expect(lines[0]).toContain(complaint);
  });

  test.each<[string, Fields]>([
    ['the order of records does not count', { expect: [[4, 2, 1, 2], [], [6, 3]], ordered: false }],
    ['the partitions are right', { expectPartitionCounts: [2, 2, 2] }],
    ['an output is a range', { ops: [{ op: 'repartition', n: 1 }], expect: [{ range: [1, 2] }, [], [3]] }],
    [
      'a batch is a range, cut into slices',
      {
        streams: [{ name: 'in', batches: [{ range: [1, 5] }], partitions: 3 }],
        ops: [{ op: 'glom' }],
        expect: [[[1], [2, 3], [4, 5]]],
        times: [1000],
        run: { batches: 1 },
      },
    ],
    [
      'a batch that is not made gives no output',
      {
        streams: [{ name: 'in', batches: [[1, 2], null, [3]] }],
        expect: [
          [1, 2, 2, 4],
          [3, 6],
        ],
        times: [1000, 3000],
      },
    ],
  ])('it passes where %s', async (_what, fields) => {
    expect(await reading([doubled(fields)])).toEqual(passing);
  });

  test('each stream that is observed has its own expectation', async () => {
    const ops = [
      { op: 'map', f: 'plus4', as: 'more' },
      { op: 'count', of: 'in', as: 'count' },
    ];
    const more = { of: 'more', expect: [[5, 6], [], [7]], times: [1000, 2000, 3000] };
    const observe = (count: number) => [more, { of: 'count', expect: [[2], [0], [count]] }];
    expect(await reading([doubled({ ops, expect: undefined, observe: observe(1) })])).toEqual(passing);
    expect(await reading([doubled({ ops, expect: undefined, observe: observe(2) })])).toMatchObject(failed);
  });
});

describe('what is expected of grouped values', () => {
  const batch = [
    ['a', 1],
    ['a', 2],
  ];
  const grouping = (valueOrder: string, values: readonly unknown[]) =>
    doubled({
      streams: [{ name: 'in', batches: [batch], partitions: 1 }],
      ops: [{ op: 'groupByKey' }],
      run: { batches: 1 },
      times: [1000],
      expect: [[['a', values]]],
      valueOrder,
    });

  test('order of arrival counts where the case says so', async () => {
    expect(await reading([grouping('arrival', [1, 2])])).toEqual(passing);
    expect(await reading([grouping('arrival', [2, 1])])).toMatchObject(failed);
  });

  test('values are a multiset where the case says any', async () => {
    expect(await reading([grouping('any', [2, 1])])).toEqual(passing);
    expect(await reading([grouping('any', [2, 2])])).toMatchObject(failed);
    expect(await reading([grouping('any', [2, 1, 1])])).toMatchObject(failed);
  });

  test('behind a cogroup the values of each side are', async () => {
    const cogrouped = (sides: readonly unknown[]) => ({
      ...grouping('any', sides),
      ops: [{ op: 'cogroup', of: ['in', 'in'] }],
    });
    expect(
      await reading([
        cogrouped([
          [2, 1],
          [1, 2],
        ]),
      ]),
    ).toEqual(passing);
    expect(
      await reading([
        cogrouped([
          [2, 2],
          [1, 2],
        ]),
      ]),
    ).toMatchObject(failed);
  });
});

describe('what is expected of side effects and of all outputs', () => {
  test('batches and records of the source are counted', async () => {
    const expectCounters = { batchesSeen: 3, recordsSeen: 3 };
    expect(await reading([doubled({ expectCounters })])).toEqual(passing);
    expect(await reading([doubled({ expectCounters: { ...expectCounters, recordsSeen: 4 } })])).toMatchObject(failed);
    expect(await reading([doubled({ expectCounters: { filesSeen: 1 } })])).toMatchObject(failed);
  });

  test('facts about all outputs together are held', async () => {
    const holds = {
      outputsFlattenedSorted: [1, 2, 2, 3, 4, 6],
      someSnapshotEquals: [4, 2, 2, 1],
      lastSnapshotEquals: [3, 6],
    };
    expect(await reading([doubled({ expectAggregate: holds })])).toEqual(passing);
    const broken = [
      { outputsFlattenedSorted: [1, 2, 3, 4, 6] },
      { someSnapshotEquals: [1] },
      { lastSnapshotEquals: [] },
      { firstSnapshotEquals: [1, 2, 2, 4] },
    ];
    for (const expectAggregate of broken) expect(await reading([doubled({ expectAggregate })])).toMatchObject(failed);
  });

  test('what is written to files is read back as outputs', async () => {
    const ops = [{ op: 'saveAsTextFiles', prefix: 'out/n', suffix: 'txt' }];
    const expected = [['1', '2'], [], ['3']];
    expect(await reading([doubled({ ops, expect: expected })])).toEqual(passing);
    expect(await reading([doubled({ ops, expect: expected.slice(1) })])).toMatchObject(failed);
  });
});

describe('what is expected of errors', () => {
  test('a case that names phase, batch and text passes, and later batches go on', async () => {
    expect(await reading([failing()])).toEqual(passing);
  });

  test('an error that the case does not name fails it', async () => {
    expect(await reading([failing({ expectError: undefined })])).toMatchObject(failed);
  });

  test.each<[string, Fields, string]>([
    [
      'there is none',
      { ops: [{ op: 'map', f: 'identity' }], expect: [[0], [1], [2]], times: undefined },
      'there was no error in phase run, batch 2',
    ],
    [
      'it comes in another batch',
      { expectError: { phase: 'run', atBatch: 3, stopsStream: false } },
      'there was no error in phase run, batch 3',
    ],
    ['it comes in another phase', { expectError: { phase: 'start' } }, 'there was no error in phase start'],
    [
      'it says something else',
      { expectError: { phase: 'run', atBatch: 2, messageGist: thrown('Another error') } },
      "the error does not say 'Another error'",
    ],
    ['later batches do not go on as the case says', { expect: [[0], [3]] }, 'output 2 has 2 as row 1, not 3'],
    [
      'an earlier output is another',
      { expect: [[9]], expectError: { phase: 'run', atBatch: 2 }, times: [1000] },
      'output 1 has 0 as row 1, not 9',
    ],
  ])('it fails where %s', async (_what, fields, complaint) => {
    const { lines, ...rest } = await reading([failing(fields)]);
    expect(rest).toEqual(failed);
    expect(lines[0]).toContain(complaint);
  });

  test('behind the batch of an error nothing is looked at, unless the stream goes on', async () => {
    const expectError = { phase: 'run', atBatch: 2 };
    expect(await reading([failing({ expectError, expect: [[0]], times: [1000] })])).toEqual(passing);
    const throwing = { ops: [{ op: 'map', f: 'throwAlways' }], expect: [], times: [] };
    const first = { phase: 'run', atBatch: 1 };
    expect(await reading([failing({ ...throwing, expectError: first })])).toEqual(passing);
    expect(await reading([failing({ ...throwing, expectError: { ...first, stopsStream: false } })])).toMatchObject(
      failed,
    );
  });

  test('an error while the program is put together is seen', async () => {
    const expectError = { phase: 'build', errorClass: 'any', messageGist: 'not a count' };
    const ops = [{ op: 'repartition', n: 0 }];
    expect(await reading([doubled({ ops, expectError, expect: [] })])).toEqual(passing);
    expect(await reading([doubled({ expectError, expect: [] })])).toMatchObject(failed);
  });

  test('a checkpoint directory is set, unless its absence is what the case is about', async () => {
    const ops = [{ op: 'checkpoint', intervalMs: 2000 }];
    const missing = { phase: 'start', messageGist: 'the checkpoint directory has not been set' };
    expect(await reading([doubled({ ops, expect: [[1, 2], [], [3]] })])).toEqual(passing);
    expect(await reading([doubled({ ops, expect: [], expectError: missing })])).toEqual(passing);
  });

  test('an error at the start is seen', async () => {
    const ops = [{ op: 'checkpoint', intervalMs: 1500 }];
    const expectError = { phase: 'start', messageGist: 'the interval must be a multiple of the slide' };
    expect(await reading([doubled({ ops, expect: [], expectError })])).toEqual(passing);
    expect(await reading([doubled({ ops, expect: [] })])).toMatchObject(failed);
  });
});

describe('slices', () => {
  test('the data of a range of times is a set', async () => {
    expect(await reading([sliced([{ from: 1000, to: 2000, set: [2, 1] }])])).toEqual(passing);
    expect(await reading([sliced([{ from: 1000, to: 2000, set: [1] }])])).toMatchObject(failed);
    expect(await reading([sliced([{ from: 1000, to: 2000, set: [1, 2, 3] }])])).toMatchObject(failed);
  });

  test('a row that says what this reader does not read fails', async () => {
    expect(await reading([sliced([{ from: 1000, to: 2000, list: [1, 2] }])])).toMatchObject(failed);
    expect(await reading([sliced([])])).toMatchObject(failed);
  });

  test('a stream that has not started refuses, where the case says so', async () => {
    const row = { from: 1000, to: 2000 };
    expect(await reading([sliced([row], { expectError: { phase: 'build' } })])).toEqual(passing);
    expect(await reading([sliced([row], { expectError: { phase: 'run' } })])).toMatchObject(failed);
  });
});

describe('what the reader does not know', () => {
  test.each<[string, Fields, string]>([
    ['operator', { ops: [{ op: 'explode' }] }, 'there is no operator explode'],
    ['function', { ops: [{ op: 'map', f: 'explode' }] }, 'there is no function of a record named explode'],
    ['name that every object has', { ops: [{ op: 'constructor' }] }, 'there is no operator constructor'],
    ['parameter', { ops: [{ op: 'map', f: 'identity', twice: true }] }, 'map knows no parameter twice'],
    ['stream', { ops: [{ op: 'map', f: 'identity', of: 'elsewhere' }] }, 'there is no stream named elsewhere'],
    ['level', { ops: [{ op: 'union', of: ['in', 'in'], level: 'cluster' }] }, 'there is no level cluster'],
    ['expectation', { expectMemory: 3 }, 'there is no expectation named expectMemory'],
    ['kind', { kind: 'dream' }, 'there is no kind dream'],
    ['parameter left out', { ops: [{ op: 'map' }] }, 'map needs a string as f, not undefined'],
    ['parameter of another type', { ops: [{ op: 'repartition', n: 'two' }] }, 'repartition needs a number as n'],
    ['second input', { ops: [{ op: 'join' }] }, 'join needs two inputs'],
    [
      'step behind an output',
      { ops: [{ op: 'saveAsTextFiles', prefix: 'out' }, { op: 'count' }] },
      'nothing comes behind an output',
    ],
    ['wish', { expect: undefined, times: undefined }, 'it does not say what is expected'],
  ])('a case with an unknown %s fails', async (_what, fields, complaint) => {
    const { lines, ...rest } = await reading([doubled(fields)]);
    expect(rest).toEqual(failed);
    expect(lines[0]).toContain(complaint);
  });

  test('kinds that are no programs are not counted', async () => {
    const table = { id: 'made.table', title: 'a table', kind: 'table', batchMs: 1000, rows: [] };
    expect(await reading([doubled(), table])).toEqual(passing);
  });
});

describe('a folder', () => {
  const lists = { toCome: [], differences: [] };

  test('without cases is an error', async () => {
    await expect(conformance(await folderOf({}), lists, () => undefined)).rejects.toThrow('has no cases');
  });

  test('with a file of another format is an error', async () => {
    const folder = await folderOf({ 'made.json': { format: 'other/1', cases: [doubled()] } });
    await expect(conformance(folder, lists, () => undefined)).rejects.toThrow('made.json is not a file of cases');
  });

  test('in which an id occurs twice is an error', async () => {
    const folder = await folderOf({
      'a.json': { format, cases: [doubled()] },
      'b.json': { format, cases: [doubled()] },
    });
    await expect(conformance(folder, lists, () => undefined)).rejects.toThrow('the id made.doubled occurs twice');
  });
});

describe('what is still to come', () => {
  const timed = doubled({ kind: 'temporal', formula: 'always' });
  const skipped = { exitCode: 0, last: '0 passed, 0 failed, 1 skipped' };

  test('is skipped with its reason where the list has it', async () => {
    const toCome = [{ field: 'formula', reason: 'formulas are still to come' }];
    const { lines, ...rest } = await reading([timed], { toCome });
    expect(rest).toEqual(skipped);
    expect(lines).toEqual(['SKIP made.doubled: formulas are still to come', '0 passed, 0 failed, 1 skipped']);
  });

  test('is an error where no list has it', async () => {
    const { lines, exitCode } = await reading([timed]);
    expect(exitCode).toBe(1);
    expect(lines).toEqual([
      'SKIP made.doubled: kind temporal is not there yet; it is not in the list of what is to come',
      '0 passed, 0 failed, 1 skipped',
    ]);
  });

  test.each([
    { ids: 'made.doubled' },
    { ids: 'made.*' },
    { kind: 'temporal' },
    { operator: 'flatMap' },
    { field: 'formula' },
    { ids: 'made.*', operator: 'flatMap' },
  ])('an entry %o speaks of the case', async (entry) => {
    expect(await reading([timed], { toCome: [{ ...entry, reason: 'because' }] })).toMatchObject(skipped);
  });

  test.each([{ ids: 'made' }, { ids: 'madeXdoubled' }, { kind: 'slice' }, { operator: 'map' }, {}])(
    'an entry %o does not',
    async (entry) => {
      const { exitCode } = await reading([timed], { toCome: [{ ...entry, reason: 'because' }] });
      expect(exitCode).toBe(1);
    },
  );

  test('a case in the list that fails is skipped, one that passes has to be taken off', async () => {
    const toCome = [{ ids: 'made.*', reason: 'because' }];
    expect(await reading([doubled({ expect: [] })], { toCome })).toMatchObject(skipped);
    const { lines, ...rest } = await reading([doubled()], { toCome });
    expect(rest).toEqual(failed);
    expect(lines[0]).toContain('it passes now: take it off the list of what is to come');
  });
});

describe('an intended difference', () => {
  const differences = [{ id: 'made.doubled', reason: 'because', ours: { expect: [[1, 2, 2, 4], [], [3, 6]] } }];

  test('passes when our result comes out', async () => {
    expect(await reading([doubled({ expect: [[0], [0], [0]] })], { differences })).toEqual(passing);
  });

  test('fails when neither comes out', async () => {
    expect(await reading([doubled({ ops: [{ op: 'count' }] })], { differences })).toMatchObject(failed);
  });

  test('may say that nothing is thrown', async () => {
    const ours = { ...differences[0]?.ours, expectError: null };
    const refused = doubled({ expect: [], expectError: { phase: 'build' } });
    expect(await reading([refused], { differences: [{ id: 'made.doubled', reason: 'because', ours }] })).toEqual(
      passing,
    );
  });
});
