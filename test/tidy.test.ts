import { describe, expect, test } from 'vitest';
import { owners, strayGlobals } from './tidy/globals.ts';
import {
  forbiddenImports,
  importCycles,
  mayBeImportedBy,
  onlyImports,
  rootFiles,
  unboundOracles,
  unknownRootFiles,
} from './tidy/imports.ts';
import { longFile, longFiles, longFunctions, longLines, notOperators } from './tidy/lengths.ts';
import { incompleteOperators, outputUses, programs } from './tidy/operators.ts';
import { errorSnapshots, errorTable, strayErrors, strayMessages, vocabulary } from './tidy/pieces.ts';
import { repositoryFiles, type Source, typeScriptIn } from './tidy/source.ts';
import { bannedSyntax, foreignPlaces, idleTests, leftovers, silentCatches, unkebabNames } from './tidy/words.ts';

const files = repositoryFiles();
const src = typeScriptIn(files, 'src');
const tests = typeScriptIn(files, 'test');
const typeScript = typeScriptIn(files, 'src', 'test', 'examples', 'bench', 'scripts');

const breaches = (sources: readonly Source[], ...rules: readonly ((source: Source) => readonly string[])[]) =>
  sources.flatMap((source) => rules.flatMap((rule) => rule(source)));

describe('in src', () => {
  test('a file imports what the table of imports allows', () => {
    expect(breaches(src, forbiddenImports, unboundOracles, unknownRootFiles)).toEqual([]);
  });

  test('no file imports itself, over however many others', () => {
    expect(importCycles(src)).toEqual([]);
  });

  test('time and chance come from the files that own them', () => {
    expect(breaches(src, strayGlobals)).toEqual([]);
  });

  test('there is no default export, no enum and no any', () => {
    expect(breaches(src, bannedSyntax)).toEqual([]);
  });

  test('an operator has its comment, method, test, oracle and place in the grammar', () => {
    expect(incompleteOperators(files)).toEqual([]);
  });

  test('a message is noun.verb, said by one and heard by another', () => {
    expect(strayMessages(files)).toEqual([]);
  });

  test('an error is thrown somewhere and its text has a snapshot', () => {
    expect(strayErrors(files)).toEqual([]);
  });
});

describe('in all TypeScript', () => {
  test('lines, functions and files are short', () => {
    expect(breaches(typeScript, longLines, longFunctions, longFile)).toEqual([]);
  });

  test('files are named in kebab-case', () => {
    expect(breaches(typeScript, unkebabNames)).toEqual([]);
  });

  test('an error that is caught and not named has a sentence why', () => {
    expect(breaches(typeScript, silentCatches)).toEqual([]);
  });

  test('every test runs', () => {
    expect(breaches(tests, idleTests)).toEqual([]);
  });
});

describe('in every file', () => {
  test('nothing is left for later', () => {
    expect(breaches(files, leftovers)).toEqual([]);
  });

  test('no machine, registry or foreign paper is named', () => {
    expect(breaches(files, foreignPlaces)).toEqual([]);
  });
});

test('every file that a rule names is there', () => {
  const named = [
    ...[...Object.keys(onlyImports), ...Object.values(onlyImports).flat()],
    ...[...Object.values(mayBeImportedBy), ...Object.values(owners)].flat().filter((path) => path.endsWith('.ts')),
    ...[...rootFiles, ...longFiles, ...notOperators],
    ...[vocabulary, errorTable, errorSnapshots, programs, outputUses],
  ];
  const there = new Set(files.map(({ path }) => path));
  expect([...new Set(named)].filter((path) => !there.has(path))).toEqual([]);
});
