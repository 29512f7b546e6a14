import { readFileSync } from 'node:fs';
import type { Row } from 'firesteel';
import { assertOutputs, run } from 'firesteel/testing';
import { expect, test } from 'vitest';

interface Comparison {
  readonly output: readonly (readonly Row[])[];
  readonly expected: readonly (readonly Row[])[];
  readonly ordered: boolean;
  readonly equality?: string;
  readonly pass: boolean;
}

const file = JSON.parse(readFileSync('conformance/dstream/testkit.json', 'utf8')) as {
  readonly cases: readonly { readonly id: string; readonly rows: readonly Comparison[] }[];
};
const rows = file.cases.find(({ id }) => id === 'kit.compare')?.rows ?? [];

const equalities: Readonly<Record<string, (a: Row, b: Row) => boolean>> = {
  ignoreCase: (a, b) => String(a).toLowerCase() === String(b).toLowerCase(),
  absoluteValue: (a, b) => Math.abs(Number(a)) === Math.abs(Number(b)),
};

function passes({ output, expected, ordered, equality }: Comparison): boolean {
  const given = equality === undefined ? undefined : equalities[equality];
  if (equality !== undefined) expect(given).toBeDefined();
  try {
    assertOutputs(output, expected, { ordered, ...(given === undefined ? {} : { equality: given }) });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'TESTING.OUTPUTS_DIFFER' });
    return false;
  }
}

test('kit.compare: the table has rows of both kinds', () => {
  expect(new Set(rows.map(({ pass }) => pass))).toEqual(new Set([true, false]));
});

test.each(rows)('kit.compare: $output against $expected, ordered $ordered, equal by $equality', (row) => {
  expect(passes(row)).toBe(row.pass);
});

test('kit.compare: the number of outputs has to be equal', () => {
  expect(passes({ output: [[1]], expected: [[1], []], ordered: false, pass: false })).toBe(false);
  expect(passes({ output: [[1], []], expected: [[1]], ordered: false, pass: false })).toBe(false);
});

test('kit.compare: a null batch of the input makes no output', async () => {
  assertOutputs(await run((_ssc, input) => input.map((n: number) => n * 3), [[1], null, [10]]), [[3], [30]]);
});
