import { isDeepStrictEqual } from 'node:util';
import { BugError, FiresteelError, type Row } from 'firesteel';
import { assertOutputs } from 'firesteel/testing';
import { type Case, CaseMistake, type ExpectedError, type Json, type Observed, rowsOf } from './cases.ts';
import type { Output, Seen, SeenError } from './run-case.ts';

/** How what was seen differs from what a case expects; nothing where it does not. */
export function complaintsAbout(given: Case, seen: Seen): readonly string[] {
  const { expectError } = given;
  const complaints = complaintsAboutErrors(expectError, seen.errors);
  const hasRun = expectError === undefined || expectError.phase === 'run';
  if (!hasRun || seen.errors.some(({ phase }) => phase !== 'run')) return complaints;
  const observed: readonly Observed[] = given.observe ?? [given];
  return [
    ...complaints,
    ...observed.flatMap((each, i) => complaintsAboutOutputs(given, each, seen.outputs[i] ?? [])),
    ...complaintsAboutPartitions(given, seen.outputs[0] ?? []),
    ...complaintsAboutCounters(given, seen),
    ...complaintsAboutAggregate(given, seen),
  ];
}

function complaintsAboutErrors(expected: ExpectedError | undefined, errors: readonly SeenError[]): readonly string[] {
  if (expected === undefined) return errors.map((seen) => `there was an error ${told(seen)}`);
  const { phase, atBatch } = expected;
  const isExpected = (seen: SeenError): boolean =>
    seen.phase === phase && (atBatch === undefined || seen.batch === atBatch);
  // Unless later batches go on, nothing is said about them.
  const mayFollow = (seen: SeenError): boolean =>
    expected.stopsStream !== false && atBatch !== undefined && seen.phase === 'run' && (seen.batch ?? 0) > atBatch;
  const wanted = errors.find(isExpected);
  const where = atBatch === undefined ? `in phase ${phase}` : `in phase ${phase}, batch ${atBatch}`;
  return [
    ...(wanted === undefined ? [`there was no error ${where}`] : complaintsAboutText(expected, wanted)),
    ...errors.filter((seen) => seen !== wanted && !mayFollow(seen)).map((seen) => `there was an error ${told(seen)}`),
  ];
}

/** The gist is in other words than ours, except for the text of an error that the program itself throws. */
function complaintsAboutText({ messageGist = '' }: ExpectedError, seen: SeenError): readonly string[] {
  const isOurs = seen.error instanceof FiresteelError && !(seen.error instanceof BugError);
  if (!isOurs) return [`this error is none of ours: ${told(seen)}`];
  const thrown = /^text of the thrown error: (.*)$/.exec(messageGist)?.[1] ?? '';
  return seen.error.message.includes(thrown) ? [] : [`the error does not say '${thrown}': ${told(seen)}`];
}

function told({ phase, batch, error }: SeenError): string {
  const where = batch === undefined ? `in phase ${phase}` : `in phase ${phase}, batch ${batch}`;
  return `${where}: ${error instanceof Error ? error.message : String(error)}`;
}

/** How the outputs of a stream differ from what is expected of it. */
export function complaintsAboutOutputs(given: Case, { of, expect, times }: Observed, all: readonly Output[]): string[] {
  const outputs = all.slice(0, countToCompare(given, all));
  const name = of === undefined ? '' : `of ${of}: `;
  const complaints: string[] = [];
  const seenTimes = outputs.map(({ timeMs }) => timeMs);
  if (times !== undefined && !isDeepStrictEqual(seenTimes, times)) {
    complaints.push(`${name}expected outputs at ${JSON.stringify(times)} ms, got ${JSON.stringify(seenTimes)} ms`);
  }
  if (expect === undefined) return complaints;
  const got = outputs.map(({ rows }) => rows as readonly Row[]);
  const expected = expect.map(rowsOf) as readonly (readonly Row[])[];
  const sides = given.ops?.at(-1)?.op === 'cogroup';
  const equality = given.valueOrder === 'any' ? sameButForValueOrder(sides) : same;
  try {
    assertOutputs(got, expected, { ordered: given.ordered ?? true, equality });
  } catch (error) {
    const [what = ''] = String(error).split('\n');
    complaints.push(`${name}${what}\n  expected ${JSON.stringify(expected)}\n  got      ${JSON.stringify(got)}`);
  }
  return complaints;
}

/** All outputs; only those before the batch of an error behind which nothing is said. */
function countToCompare({ batchMs, expectError }: Case, outputs: readonly Output[]): number {
  if (expectError?.atBatch === undefined || expectError.stopsStream === false) return outputs.length;
  const endMs = expectError.atBatch * batchMs;
  return outputs.filter(({ timeMs }) => timeMs < endMs).length;
}

function complaintsAboutPartitions({ expectPartitionCounts }: Case, outputs: readonly Output[]): readonly string[] {
  const got = outputs.map(({ partitions }) => partitions);
  if (expectPartitionCounts === undefined || isDeepStrictEqual(got, expectPartitionCounts)) return [];
  return [`expected ${JSON.stringify(expectPartitionCounts)} partitions, got ${JSON.stringify(got)}`];
}

function complaintsAboutCounters({ expectCounters = {} }: Case, { counters }: Seen): readonly string[] {
  return Object.entries(expectCounters)
    .filter(([name, count]) => counters[name] !== count)
    .map(([name, count]) => `expected ${name} to be ${count}, got ${counters[name]}`);
}

/** Facts about all outputs together: of the first stream observed, and of the last, which holds the snapshots. */
function complaintsAboutAggregate({ expectAggregate = {} }: Case, { outputs }: Seen): readonly string[] {
  const snapshots = (outputs.at(-1) ?? []).map(({ rows }) => sorted(rows));
  const isHeld = (fact: string, expected: Json): boolean => {
    const wanted = sorted(expected as readonly Json[]);
    if (fact === 'outputsFlattenedSorted') {
      return isDeepStrictEqual(sorted((outputs[0] ?? []).flatMap(({ rows }) => rows)), wanted);
    }
    if (fact === 'someSnapshotEquals') return snapshots.some((rows) => isDeepStrictEqual(rows, wanted));
    if (fact === 'lastSnapshotEquals') return isDeepStrictEqual(snapshots.at(-1), wanted);
    throw new CaseMistake(`there is no fact named ${fact}`);
  };
  return Object.entries(expectAggregate)
    .filter(([fact, expected]) => !isHeld(fact, expected))
    .map(([fact, expected]) => `expected ${fact} to be ${JSON.stringify(expected)}`);
}

function sorted(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

/** Equal by value; 0 and -0 are one number. */
export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => same(each, b[i]));
  return a === b || isDeepStrictEqual(a, b);
}

/** The same, where the values of a key may stand in any order; behind a cogroup those of each side. */
function sameButForValueOrder(sides: boolean): (a: unknown, b: unknown) => boolean {
  const haveSame = sides ? haveSameSides : haveSameValues;
  return (a, b) => {
    if (!isPair(a) || !isPair(b)) return same(a, b);
    const [[key, values], [wantedKey, wanted]] = [a, b];
    return Array.isArray(values) && Array.isArray(wanted)
      ? same(key, wantedKey) && haveSame(values, wanted)
      : same(a, b);
  };
}

function haveSameSides(sides: readonly unknown[], wanted: readonly unknown[]): boolean {
  return (
    sides.length === wanted.length &&
    sides.every((side, i) => Array.isArray(side) && haveSameValues(side, wanted[i] as readonly unknown[]))
  );
}

function haveSameValues(values: readonly unknown[], wanted: readonly unknown[]): boolean {
  const left = [...values];
  for (const value of wanted) {
    const at = left.findIndex((each) => same(each, value));
    if (at < 0) return false;
    left.splice(at, 1);
  }
  return left.length === 0;
}

function isPair(row: unknown): row is [unknown, unknown] {
  return Array.isArray(row) && row.length === 2;
}
