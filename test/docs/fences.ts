import ts from 'typescript';
import { nodesOf, type Source, syntaxOf } from '../tidy/source.ts';

/** A piece of TypeScript that stands in a document or in a doc comment. */
export interface Fence {
  /** The file it stands in, from the root. */
  readonly path: string;
  /** The line of its first line of code, from one. */
  readonly line: number;
  readonly code: string;
  /** It is run; one marked `no-run` is only type-checked. */
  readonly isRun: boolean;
  /** It stands in a doc comment, and need not say where its names come from. */
  readonly isExample: boolean;
}

/** `README.md:12`. */
export function whereIs({ path, line }: Fence): string {
  return `${path}:${line}`;
}

/** The TypeScript of a document: its fences named `ts` or `typescript`. */
export function fencesOfDocument({ path, text }: Source): readonly Fence[] {
  return fencesIn(path, text.split('\n'), 1, false);
}

function fencesIn(path: string, lines: readonly string[], firstLine: number, isExample: boolean): readonly Fence[] {
  const fences: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', ticks = '', info = ''] = /^(\s*)(`{3,})(.*)$/.exec(lines[at] ?? '') ?? [];
    if (ticks === '') continue;
    const begin = at + 1;
    const isEnd = (line: string | undefined) => line === undefined || line.trim() === ticks;
    do at++;
    while (!isEnd(lines[at]));
    const [language = '', ...marks] = info.trim().split(/\s+/);
    if (language !== 'ts' && language !== 'typescript') continue;
    const line = firstLine + begin;
    const isRun = marks.length === 0;
    if (!isRun && marks.join(' ') !== 'no-run') {
      throw new Error(`${path}:${line - 1} marks its fence '${marks.join(' ')}'; the only mark is no-run.`);
    }
    const code = lines.slice(begin, at).map((each) => (each.startsWith(indent) ? each.slice(indent.length) : each));
    fences.push({ path, line, code: code.join('\n'), isRun, isExample });
  }
  return fences;
}

/** The TypeScript of doc comments: what follows `@example`, with or without a fence around it. */
export function fencesOfComments(source: Source): readonly Fence[] {
  const comments = new Map<number, ts.Node>();
  for (const node of nodesOf(syntaxOf(source))) {
    for (const comment of ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)) comments.set(comment.pos, comment);
  }
  return [...comments.values()].flatMap((comment) => {
    const { line } = syntaxOf(source).getLineAndCharacterOfPosition(comment.pos);
    const inside = comment.getText().replace(/^\/\*\*|\s*\*\/$/g, '');
    return examplesIn(
      source.path,
      inside.split('\n').map((each) => each.replace(/^\s*\* ?/, '')),
      line + 1,
    );
  });
}

function examplesIn(path: string, lines: readonly string[], firstLine: number): readonly Fence[] {
  return lines.flatMap((tag, index) => {
    if (!/^\s*@example\b/.test(tag)) return [];
    const begin = index + 1;
    const length = lines.slice(begin).findIndex((line, at, rest) => /^@\w/.test(line) || isProse(line, rest[at - 1]));
    const body = lines.slice(begin, length < 0 ? lines.length : begin + length);
    if (body.some((line) => line.trim().startsWith('```'))) return fencesIn(path, body, firstLine + begin, true);
    const code = body.join('\n').trimEnd();
    return [{ path, line: firstLine + begin, code, isRun: true, isExample: true }];
  });
}

/** After an example without a fence, what differs from Spark may be told in a paragraph that begins with its name. */
function isProse(line: string, lineBefore: string | undefined): boolean {
  return lineBefore?.trim() === '' && /^Spark: /.test(line);
}
