import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** A file of the repository: its path from the root, with `/`, and what is in it. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A broken rule, in a sentence that begins with where: `src/core/bus.ts:12 calls Date.now, which …`. */
export type Breach = string;

/** Every file of the repository that git does not ignore, committed or not, by path. */
export function repositoryFiles(): readonly Source[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  return list
    .split('\0')
    .filter((path) => path !== '' && existsSync(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/** Those that lie in one of the folders and are TypeScript. */
export function typeScriptIn(sources: readonly Source[], ...folders: readonly string[]): readonly Source[] {
  return sources.filter(({ path }) => path.endsWith('.ts') && folders.some((folder) => path.startsWith(`${folder}/`)));
}

const parsed = new WeakMap<Source, ts.SourceFile>();

/** The syntax tree of a TypeScript file, with parents. */
export function syntaxOf(source: Source): ts.SourceFile {
  let tree = parsed.get(source);
  if (tree === undefined) {
    tree = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ES2022, true);
    parsed.set(source, tree);
  }
  return tree;
}

/** Every node of the tree, outer before inner. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

/** The line a position is on, counted from one. */
export function lineAt(source: Source, position: number): number {
  return syntaxOf(source).getLineAndCharacterOfPosition(position).line + 1;
}

/** A breach at a node. */
export function breachAt(source: Source, node: ts.Node, sentence: string): Breach {
  return `${source.path}:${lineAt(source, node.getStart())} ${sentence}`;
}

/** The functions a file exports by name, as `export function` or as `export const`, with their declarations. */
export function exportedFunctions(source: Source): ReadonlyMap<string, ts.Node> {
  const found = new Map<string, ts.Node>();
  for (const statement of syntaxOf(source).statements) {
    const flags = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (!flags?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue;
    if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) found.set(statement.name.text, statement);
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      const isFunction = initializer !== undefined && ts.isFunctionLike(initializer);
      if (isFunction && ts.isIdentifier(name)) found.set(name.text, statement);
    }
  }
  return found;
}

/** Whether code, and not a comment or a text, says a name: not to import it, and not as a member of something else. */
export function isUsedIn(source: Source, name: string): boolean {
  return [...nodesOf(syntaxOf(source))].some((node) => {
    if (!ts.isIdentifier(node) || node.text !== name) return false;
    if (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) return false;
    return ts.findAncestor(node, ts.isImportDeclaration) === undefined;
  });
}

/** The text of the doc comments before a declaration. */
export function docCommentOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((comment) => comment.getText())
    .join('\n');
}
