import ts from 'typescript';
import { type Breach, breachAt, lineAt, nodesOf, type Source, syntaxOf } from './source.ts';

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
