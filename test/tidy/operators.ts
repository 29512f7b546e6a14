import { posix } from 'node:path';
import ts from 'typescript';
import { fencesOfComments } from '../docs/fences.ts';
import { isOracle, onlyImports } from './imports.ts';
import { isOperator } from './lengths.ts';
import {
  type Breach,
  breachAt,
  docCommentOf,
  exportedFunctions,
  isUsedIn,
  nodesOf,
  type Source,
  syntaxOf,
} from './source.ts';

/** Operators that only put something out: an oracle over arrays has nothing to say about them. */
const outputs: readonly string[] = ['print', 'foreachRDD', 'foreachPartition', 'saveAsTextFiles', 'saveAsObjectFiles'];

/** What an operator gives for the same input, over plain arrays: in one of these. */
const oracles: readonly string[] = Object.keys(onlyImports).filter(isOracle);
/** A program for each operator, held to list the functions of its plans. */
const codeLists = 'test/ops/code.test.ts';
/** The operators that random programs are made of, and their outputs. */
export const programs = 'test/property/programs.ts';
export const outputUses = 'test/property/output-uses.ts';

const fluentFaces = ['src/dstream.ts', 'src/streaming-context.ts'];
const docWords = ['Shape:', 'Emits', 'Waits', 'Keeps', 'Ends'];

/** An operator is complete: function, doc comment, method, test, oracle, and a place in the grammar of programs. */
export function incompleteOperators(sources: readonly Source[]): readonly Breach[] {
  const files = new Map(sources.map((source) => [source.path, source]));
  return sources.filter(isOperator).flatMap((source) => missingPieces(source, files));
}

function missingPieces(source: Source, files: ReadonlyMap<string, Source>): readonly Breach[] {
  const base = posix.basename(source.path, '.ts');
  const flat = base.replaceAll('-', '');
  const [name, declaration] = [...exportedFunctions(source)].find(([each]) => each.toLowerCase() === flat) ?? [];
  if (name === undefined || declaration === undefined) {
    return [`${source.path}:1 exports no function named after its file`];
  }
  const missing: string[] = [];
  const comment = docCommentOf(declaration);
  missing.push(...docWords.flatMap((word) => missingBehind(word, comment)));
  const isShown = fencesOfComments(source).some(
    ({ isRun, code }) => isRun && code.includes(name) && /\/\/ =>/.test(code),
  );
  if (!isShown) missing.push(`an @example that is run, uses it, and says with '// =>' what comes of it`);
  if (!fluentFaces.some((path) => files.get(path)?.text.includes(`{@link ${name}}`))) {
    missing.push(`a method with {@link ${name}} in ${fluentFaces.join(' or ')}`);
  }
  missing.push(...missingOfTest(`test/ops/${base}.test.ts`, files));
  const isNamedIn = (path: string): boolean => {
    const place = files.get(path);
    return place !== undefined && isUsedIn(place, name);
  };
  if (!outputs.includes(name) && !isNamedIn(codeLists)) missing.push(`a line in ${codeLists}`);
  const answers = oracles.flatMap((path) => files.get(path) ?? []);
  if (!outputs.includes(name) && !answers.some((answer) => exportedFunctions(answer).has(name))) {
    missing.push(`a function ${name} in a file src/testing/oracle*.ts`);
  }
  const grammar = outputs.includes(name) ? outputUses : programs;
  if (!isNamedIn(grammar)) missing.push(`a place in ${grammar}`);
  return missing.map((piece) => breachAt(source, declaration, `lacks ${piece}`));
}

/** A word of the doc comment has a sentence behind it, Shape an arrow from something to something. */
function missingBehind(word: string, comment: string): readonly string[] {
  const [, line] = new RegExp(String.raw`^\s*\* +${word}( .*(?:\n\s*\* {4,}\S.*)*|$)`, 'm').exec(comment) ?? [];
  if (line === undefined) return [`'${word}' in its doc comment`];
  const text = line.replaceAll(/\n\s*\*/g, ' ').trim();
  if (word === 'Shape:') return /\S → \S/.test(text) ? [] : [`an arrow with both sides behind '${word}'`];
  const isSentence = text.endsWith('.') && (/^(never|nothing)\./.test(text) || text.split(/\s+/).length >= 3);
  return isSentence ? [] : [`a sentence behind '${word}' in its doc comment`];
}

/** Its test runs it on both engines, whatever is told beside. */
function missingOfTest(path: string, files: ReadonlyMap<string, Source>): readonly string[] {
  const test = files.get(path);
  if (test === undefined) return [path];
  const missing: string[] = [];
  const nodes = [...nodesOf(syntaxOf(test))];
  if (!nodes.some(isOnBoth)) missing.push(`a describe.each(engines) in ${path} that hands the engine on`);
  const alone = nodes.find((node) => ts.isStringLiteralLike(node) && engineNames.includes(node.text));
  if (alone !== undefined) missing.push(`both engines where ${breachAt(test, alone, `names ${alone.getText()}`)}`);
  return missing;
}

const engineNames: readonly string[] = ['actors', 'loop'];

/** `describe.each(engines)('…', (using) => { … })`, with `using` somewhere inside. */
function isOnBoth(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || node.expression.getText() !== 'describe.each(engines)') return false;
  const body = node.arguments.find(ts.isArrowFunction);
  const using = body?.parameters[0]?.name.getText();
  return [...(body === undefined ? [] : nodesOf(body.body))].some((inner) => {
    return ts.isIdentifier(inner) && inner.text === using && !isKey(inner);
  });
}

function isKey(name: ts.Identifier): boolean {
  return ts.isPropertyAssignment(name.parent) && name.parent.name === name;
}
