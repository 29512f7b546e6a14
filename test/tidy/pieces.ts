import { posix } from 'node:path';
import ts from 'typescript';
import { isOperator } from './lengths.ts';
import {
  type Breach,
  breachAt,
  docCommentOf,
  exportedFunctions,
  lineAt,
  nodesOf,
  type Source,
  syntaxOf,
} from './source.ts';

/** Operators that only put something out: an oracle over arrays has nothing to say about them. */
const outputs: readonly string[] = ['print', 'foreachRDD', 'foreachPartition', 'saveAsTextFiles', 'saveAsObjectFiles'];

/** What an operator gives for the same input, over plain arrays: in one of these. */
export const oracles: readonly string[] = [
  'src/testing/oracle.ts',
  'src/testing/oracle-windows.ts',
  'src/testing/oracle-state.ts',
];
/** A program for each operator, held to list the functions of its plans. */
const codeLists = 'test/ops/code.test.ts';
/** The programs that properties are made of. */
export const programs = 'test/property/programs.ts';

const fluentFaces = ['src/dstream.ts', 'src/streaming-context.ts'];
const docWords = ['Shape:', 'Emits', 'Waits', 'Keeps', 'Ends', '@example'];

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
  for (const word of docWords) {
    if (!new RegExp(String.raw`^\s*\* +${word}`, 'm').test(comment)) missing.push(`'${word}' in its doc comment`);
  }
  if (!fluentFaces.some((path) => files.get(path)?.text.includes(`{@link ${name}}`))) {
    missing.push(`a method with {@link ${name}} in ${fluentFaces.join(' or ')}`);
  }
  if (!files.has(`test/ops/${base}.test.ts`)) missing.push(`test/ops/${base}.test.ts`);
  const isNamedIn = (path: string): boolean => new RegExp(String.raw`\b${name}\b`).test(files.get(path)?.text ?? '');
  if (!outputs.includes(name) && !isNamedIn(codeLists)) missing.push(`a line in ${codeLists}`);
  const answers = oracles.flatMap((path) => files.get(path) ?? []);
  if (!outputs.includes(name) && !answers.some((answer) => exportedFunctions(answer).has(name))) {
    missing.push(`a function ${name} in ${oracles.join(' or ')}`);
  }
  if (!isNamedIn(programs)) missing.push(`a place in ${programs}`);
  return missing.map((piece) => breachAt(source, declaration, `lacks ${piece}`));
}

export const vocabulary = 'src/actors/messages.ts';

/** A message is `noun.verb`, and somebody says it and somebody else hears it. */
export function strayMessages(sources: readonly Source[]): readonly Breach[] {
  const messages = sources.find(({ path }) => path === vocabulary);
  if (messages === undefined) return [`${vocabulary}:1 is missing`];
  const others = sources.filter(({ path }) => path.startsWith('src/') && path !== vocabulary);
  const breaches: Breach[] = [];
  const seen = new Set<string>();
  for (const node of nodesOf(syntaxOf(messages))) {
    if (!ts.isPropertySignature(node) || node.name.getText() !== 'type' || node.type === undefined) continue;
    for (const literal of nodesOf(node.type)) {
      if (!ts.isStringLiteral(literal) || seen.has(literal.text)) continue;
      const { text } = literal;
      seen.add(text);
      if (!/^[a-z]+\.[a-z]+$/.test(text)) breaches.push(breachAt(messages, literal, `has '${text}', not noun.verb`));
      const users = others.filter((source) => source.text.includes(`'${text}'`)).length;
      if (users < 2) breaches.push(breachAt(messages, literal, `has '${text}', used in ${users} files, not in two`));
    }
  }
  return breaches;
}

export const errorTable = 'src/core/errors.ts';
export const errorSnapshots = 'test/errors/messages.test.ts';

/** Every error has a snapshot of its text, and is thrown somewhere. */
export function strayErrors(sources: readonly Source[]): readonly Breach[] {
  const table = sources.find(({ path }) => path === errorTable);
  if (table === undefined) return [`${errorTable}:1 is missing`];
  const snapshots = sources.find(({ path }) => path === errorSnapshots)?.text ?? '';
  const engine = sources.filter(({ path }) => path.startsWith('src/'));
  return errorCodes(table).flatMap(({ code, position }) => {
    const at = `${errorTable}:${lineAt(table, position)} has ${code}`;
    const uses = engine.reduce((sum, { text }) => sum + text.split(`'${code}'`).length - 1, 0);
    return [
      ...(snapshots.includes(`[${code}]`) ? [] : [`${at}, of which ${errorSnapshots} has no snapshot`]),
      ...(uses >= 2 ? [] : [`${at}, which nothing throws`]),
    ];
  });
}

/** The keys of the objects named `texts`. */
function errorCodes(table: Source): readonly { readonly code: string; readonly position: number }[] {
  return [...nodesOf(syntaxOf(table))].flatMap((node) => {
    if (!ts.isVariableDeclaration(node) || node.name.getText() !== 'texts') return [];
    const { initializer } = node;
    if (initializer === undefined || !ts.isObjectLiteralExpression(initializer)) return [];
    return initializer.properties.flatMap((property) =>
      property.name !== undefined && ts.isStringLiteral(property.name)
        ? [{ code: property.name.text, position: property.getStart() }]
        : [],
    );
  });
}
