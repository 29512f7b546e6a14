import ts from 'typescript';
import { expect, test } from 'vitest';
import { type Case, readCases } from '../../scripts/conformance/cases.ts';
import { countedKinds } from '../../scripts/conformance/conformance.ts';
import { covers, type Lists, readLists } from '../../scripts/conformance/lists.ts';
import { nodesOf, repositoryFiles, type Source, syntaxOf, typeScriptIn } from '../tidy/source.ts';

const cases = await readCases('conformance/dstream');
const lists = await readLists('conformance/to-come.json', 'conformance/differences.json');
const titles = typeScriptIn(repositoryFiles(), 'test').flatMap(titlesOf);

/** What tests are called: the texts given to `test`, to `test.each`, and in the table of the latter. */
function titlesOf(source: Source): readonly string[] {
  if (!source.path.endsWith('.test.ts')) return [];
  const calls = [...nodesOf(syntaxOf(source))].filter(ts.isCallExpression);
  const ofTests = calls.filter(({ expression }) => /^test\b/.test(expression.getText()));
  return ofTests.flatMap(({ arguments: [first] }) => {
    if (first === undefined) return [];
    const texts = ts.isArrayLiteralExpression(first) ? first.elements : [first];
    return texts.flatMap((each) => (ts.isStringLiteralLike(each) ? [each.text] : []));
  });
}

function isNamedByTest(id: string): boolean {
  return titles.some((title) => title === id || title.startsWith(`${id}: `));
}

function isLookedAfter(given: Case, { toCome }: Lists): boolean {
  if (toCome.some((entry) => covers(entry, given))) return true;
  return countedKinds.includes(given.kind) || isNamedByTest(given.id);
}

test('every case is run by the command, named by a test, or still to come', () => {
  expect(cases.filter((given) => !isLookedAfter(given, lists)).map(({ id }) => id)).toEqual([]);
});

test('a case that nobody knows is noticed', () => {
  const stranger: Case = { id: 'made.stranger', title: 'nobody knows it', kind: 'table', batchMs: 1000 };
  expect(isLookedAfter(stranger, lists)).toBe(false);
  expect(isLookedAfter({ ...stranger, kind: 'operators' }, lists)).toBe(true);
  expect(isLookedAfter({ ...stranger, id: 'kit.compare' }, lists)).toBe(true);
  expect(isLookedAfter({ ...stranger, id: 'kit.compar' }, lists)).toBe(false);
});

test('what is still to come by its id is among the cases, with a reason', () => {
  const byId = lists.toCome.filter(({ ids }) => ids !== undefined);
  expect(byId.filter((entry) => !cases.some((given) => covers(entry, given)))).toEqual([]);
  expect(lists.toCome.filter(({ reason }) => reason.trim() === '')).toEqual([]);
});

test('no case that a test names is still to come', () => {
  const named = cases.filter(({ id }) => isNamedByTest(id));
  expect(named.filter((given) => lists.toCome.some((entry) => covers(entry, given))).map(({ id }) => id)).toEqual([]);
});

test('an intended difference is about a case, and has a reason and our result', () => {
  const ids = cases.map(({ id }) => id);
  expect(lists.differences.map(({ id }) => id).filter((id) => !ids.includes(id))).toEqual([]);
  for (const { reason, ours } of lists.differences) {
    expect(reason).not.toBe('');
    expect(Object.keys(ours)).not.toEqual([]);
  }
});
