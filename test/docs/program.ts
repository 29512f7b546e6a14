import { posix } from 'node:path';
import ts from 'typescript';
import { nodesOf, syntaxOf } from '../tidy/source.ts';
import { type Fence, whereIs } from './fences.ts';

/** A fence as a module that can be run: its code on the lines where it stands in its document. */
export interface Program {
  readonly fence: Fence;
  readonly text: string;
  /** The lines with a `// =>`, as `README.md:12`. */
  readonly promises: readonly string[];
}

/** What the modules export whose names an example may use unasked, the first in preference. */
export type Doors = ReadonlyMap<string, readonly Exported[]>;

export interface Exported {
  readonly name: string;
  /** It is a type and nothing at run time. */
  readonly isType: boolean;
}

/** Makes a module of a fence. Throws when there is no code, or a `// =>` follows nothing that has a value. */
export function programOf(fence: Fence, doors: Doors, moduleOfSame: string): Program {
  const source = { path: posix.basename(fence.path), text: fence.code };
  const tree = syntaxOf(source);
  if (tree.statements.length === 0) throw new Error(`${whereIs(fence)} shows no code.`);
  const promises: string[] = [];
  const edits: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  for (const node of nodesOf(tree)) {
    if (!ts.isExpressionStatement(node)) continue;
    const value = promisedValue(fence.code, node.end);
    if (value === undefined) continue;
    const where = `${fence.path}:${fence.line + tree.getLineAndCharacterOfPosition(node.end).line}`;
    promises.push(where);
    const wait = mayWait(node) ? 'await ' : 'void ';
    const call = `${wait}__same('${where}', ${shownExpression(node.expression)}, (${value}));`;
    edits.push({ from: node.getStart(), to: node.end, text: call });
  }
  const written = fence.code.match(/\/\/ =>/g)?.length ?? 0;
  if (written !== promises.length) {
    throw new Error(
      `${whereIs(fence)} has ${written} '// =>', of which ${promises.length} end a statement with a value.`,
    );
  }
  const code = edits.reduceRight(
    (text, { from, to, text: by }) => text.slice(0, from) + by + text.slice(to),
    fence.code,
  );
  const imports = [
    `import { same as __same } from '${moduleOfSame}';`,
    ...(fence.isExample && !/^import\b/m.test(fence.code) ? importsFor(tree, doors) : []),
  ];
  const text = `${imports.join(' ')}${'\n'.repeat(fence.line - 1)}${code}\nexport {};\n`;
  return { fence, text, promises };
}

/** The value after `// =>` behind a statement; it may go on in comments below that are indented further. */
function promisedValue(code: string, end: number): string | undefined {
  const [line = '', ...below] = code.slice(end).split('\n');
  const first = /^[\t ]*\/\/ =>(.*)$/.exec(line)?.[1];
  if (first === undefined) return undefined;
  const more = below.map((each) => /^\s*\/\/ {3,}(.*)$/.exec(each)?.[1]);
  const length = more.indexOf(undefined);
  return [first, ...more.slice(0, length < 0 ? more.length : length)].join(' ').trim();
}

/** `console.log(x) // => 1` shows x. */
function shownExpression(expression: ts.Expression): string {
  const isPrinted = ts.isCallExpression(expression) && expression.expression.getText() === 'console.log';
  const [only, second] = isPrinted ? expression.arguments : [];
  return (only !== undefined && second === undefined ? only : expression).getText();
}

/** At the top of a module and inside of asynchronous functions there is `await`. */
function mayWait(node: ts.Node): boolean {
  const around = ts.findAncestor(node, ts.isFunctionLike);
  if (around === undefined) return true;
  const modifiers = ts.canHaveModifiers(around) ? ts.getModifiers(around) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false;
}

/** Imports of all exported names that the code uses and does not declare itself. */
function importsFor(tree: ts.SourceFile, doors: Doors): readonly string[] {
  const used = new Set<string>();
  const declared = new Set<string>();
  for (const node of nodesOf(tree)) {
    if (ts.isIdentifier(node) && !isMemberName(node)) used.add(node.text);
    if (isDeclaration(node) && node.name !== undefined) declared.add(node.name.getText());
  }
  return [...doors].flatMap(([door, exported]) => {
    const wanted = exported.filter(({ name }) => used.has(name) && !declared.has(name));
    for (const { name } of wanted) declared.add(name);
    const names = wanted.map(({ name, isType }) => (isType ? `type ${name}` : name));
    return names.length === 0 ? [] : [`import { ${names.join(', ')} } from '${door}';`];
  });
}

function isDeclaration(node: ts.Node): node is ts.NamedDeclaration {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isDeclarationStatement(node)
  );
}

function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) return parent.name === node;
  return (ts.isClassElement(parent) || ts.isTypeElement(parent)) && parent.name === node;
}
