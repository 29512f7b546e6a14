import ts from 'typescript';
import { type Breach, breachAt, lineAt, nodesOf, type Source, syntaxOf } from './source.ts';

const lineCharactersMax = 120;
const functionLinesMax = 70;
const fileLinesMax = 500;
const operatorLinesMax = 120;

/** Longer files: nearly all one-sentence summaries whose full comments stand elsewhere, and the tables of all texts. */
export const longFiles: readonly string[] = [
  'src/core/errors.ts',
  'src/dstream.ts',
  'src/rdd/rdd.ts',
  'test/errors/messages.test.ts',
];

/** Files of src/ops that are not operators. */
export const notOperators: readonly string[] = ['src/ops/define.ts'];

/** Whether a file is one operator. */
export function isOperator({ path }: Source): boolean {
  return /^src\/ops\/[^/]+\.ts$/.test(path) && !notOperators.includes(path);
}

/** Lines inside a snapshot are as long as what they show. */
export function longLines(source: Source): readonly Breach[] {
  const shown = linesOfSnapshots(source);
  return source.text.split('\n').flatMap((line, index) => {
    const characters = [...line].length;
    if (characters <= lineCharactersMax || shown.has(index + 1)) return [];
    return [`${source.path}:${index + 1} is ${characters} characters long, over ${lineCharactersMax}`];
  });
}

function linesOfSnapshots(source: Source): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const node of nodesOf(syntaxOf(source))) {
    if (!ts.isCallExpression(node) || !/InlineSnapshot$/.test(node.expression.getText())) continue;
    const [snapshot] = node.arguments;
    if (snapshot === undefined) continue;
    for (let at = lineAt(source, snapshot.getStart()); at <= lineAt(source, snapshot.getEnd()); at++) lines.add(at);
  }
  return lines;
}

/** What `describe` is given is a list of tests, not a function to read at once. */
export function longFunctions(source: Source): readonly Breach[] {
  const breaches: Breach[] = [];
  for (const node of nodesOf(syntaxOf(source))) {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) continue;
    if (ts.isCallExpression(node.parent) && /^describe\b/.test(node.parent.expression.getText())) continue;
    const lines = lineAt(source, node.getEnd()) - lineAt(source, node.getStart()) + 1;
    if (lines > functionLinesMax)
      breaches.push(breachAt(source, node, `begins a function of ${lines} lines, over ${functionLinesMax}`));
  }
  return breaches;
}

export function longFile(source: Source): readonly Breach[] {
  if (longFiles.includes(source.path)) return [];
  const max = isOperator(source) ? operatorLinesMax : fileLinesMax;
  const lines = source.text.replace(/\n$/, '').split('\n').length;
  return lines <= max ? [] : [`${source.path}:${lines} is the last line of a file that may have ${max}`];
}
