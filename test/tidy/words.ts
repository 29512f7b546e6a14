import { posix } from 'node:path';
import ts from 'typescript';
import { type Breach, breachAt, lineAt, nodesOf, type Source, syntaxOf } from './source.ts';

/** A TypeScript file is named in kebab-case. */
export function unkebabNames({ path }: Source): readonly Breach[] {
  const isKebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.test-d|\.config)?\.ts$/.test(posix.basename(path));
  return isKebab ? [] : [`${path}:1 is a file whose name is not kebab-case`];
}

/** No default exports, no enums, no `any`. */
export function bannedSyntax(source: Source): readonly Breach[] {
  return [...nodesOf(syntaxOf(source))].flatMap((node) => {
    const what = nameOfBanned(node);
    return what === undefined ? [] : [breachAt(source, node, `has ${what}`)];
  });
}

function nameOfBanned(node: ts.Node): string | undefined {
  if (ts.isEnumDeclaration(node)) return 'an enum';
  if (node.kind === ts.SyntaxKind.AnyKeyword) return 'the type any';
  if (ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword) {
    return ts.isDefaultClause(node.parent) ? undefined : 'a default export';
  }
  if (ts.isExportSpecifier(node) && node.name.text === 'default') return 'a default export';
  return undefined;
}

/** A `catch` that names no error has a comment of three words or more, before it or at the beginning of its block. */
export function silentCatches(source: Source): readonly Breach[] {
  const lines = source.text.split('\n');
  return [...nodesOf(syntaxOf(source))].flatMap((node) => {
    if (!ts.isCatchClause(node) || node.variableDeclaration !== undefined) return [];
    const line = lineAt(source, node.getStart());
    const beside = [lines[line - 2], lines[line - 1], node.block.getText().slice(1).trimStart().split('\n')[0]];
    const isExplained = beside.some((text) => /(\/\/|\/\*|^\s*\*)\s*\S+\s+\S+\s+\S+/.test(text ?? ''));
    return isExplained ? [] : [breachAt(source, node, 'catches and hides an error without a sentence why')];
  });
}

/** Nothing is left for later, and nothing left to itself. */
export function leftovers({ path, text }: Source): readonly Breach[] {
  const words = new RegExp(String.raw`\b(${['TO', 'DO|FIX', 'ME'].join('')})\b`);
  return text.split('\n').flatMap((line, index) => {
    const word = words.exec(line)?.[1];
    return word === undefined ? [] : [`${path}:${index + 1} says ${word}; do it, or write an issue`];
  });
}

const runners = ['test', 'it', 'describe', 'suite', 'bench'];
const waysOut = ['only', 'skip', 'todo', 'skipIf', 'runIf', 'fails'];

/** Every test runs, always. */
export function idleTests(source: Source): readonly Breach[] {
  return [...nodesOf(syntaxOf(source))].flatMap((node) => {
    if (!ts.isPropertyAccessExpression(node) || !waysOut.includes(node.name.text)) return [];
    const runner = node.expression.getText().split('.')[0] ?? '';
    return runners.includes(runner) ? [breachAt(source, node, `has ${runner}.${node.name.text}`)] : [];
  });
}

/** Of where a text was written nothing may be left in it. In pieces, so that this file passes its own rule. */
const places: readonly RegExp[] = [
  ['/wo', 'rk/'],
  ['/ro', 'ot/'],
  ['registry\\.npm', 'js\\.org'],
  ['"resol', 'ved": *"http'],
  ['\\bSEMAN', 'TICS\\b'],
  ['\\bSPI', 'KES\\b'],
  ['\\b(STYLE|DESIGN)( §|\\', '.md)'],
].map((pieces) => new RegExp(pieces.join('')));

/** A file names no machine, no registry and no paper that is not in the repository. */
export function foreignPlaces({ path, text }: Source): readonly Breach[] {
  return text.split('\n').flatMap((line, index) => {
    const found = places.map((place) => place.exec(line)?.[0]).find((match) => match !== undefined);
    return found === undefined ? [] : [`${path}:${index + 1} names ${found}, which is no part of firesteel`];
  });
}
