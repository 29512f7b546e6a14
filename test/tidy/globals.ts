import ts from 'typescript';
import { type Breach, breachAt, nodesOf, type Source, syntaxOf } from './source.ts';

const clock = ['src/core/clock.ts'];
const random = ['src/core/random.ts'];
const signals = ['src/core/signals.ts'];

/** Where time, chance and signals come in, and how the process ends: the files of src that own them. */
export const owners: Readonly<Record<string, readonly string[]>> = {
  globalThis: clock,
  'new Date()': clock,
  'Date.now': clock,
  'performance.now': clock,
  'process.hrtime': clock,
  'process.nextTick': clock,
  'AbortSignal.timeout': clock,
  setTimeout: clock,
  setInterval: clock,
  setImmediate: clock,
  queueMicrotask: clock,
  'Math.random': random,
  randomUUID: random,
  getRandomValues: random,
  randomBytes: random,
  'process.on': signals,
  'process.once': signals,
  'process.addListener': signals,
  'process.prependListener': signals,
  'process.off': signals,
  'process.exitCode': signals,
  'process.exit': [],
  'process.abort': [],
  // With signal 0 it only asks whether a process is there.
  'process.kill': ['src/core/processes.ts'],
};

/** A file of src takes them from a Runtime, unless it is the file that makes them. */
export function strayGlobals(source: Source): readonly Breach[] {
  const breaches: Breach[] = [];
  const locals = namesDeclaredIn(source);
  for (const node of nodesOf(syntaxOf(source))) {
    const name = globalAt(node);
    const owner = name === undefined || locals.has(name) ? undefined : owners[name];
    if (owner === undefined || owner.includes(source.path)) continue;
    breaches.push(breachAt(source, node, `uses ${name}, which belongs to ${owner.join(', ') || 'the host alone'}`));
  }
  return breaches;
}

/** Variables, parameters and functions of the file's own: `const { setTimeout } = ourClock`. */
function namesDeclaredIn(source: Source): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodesOf(syntaxOf(source))) {
    const isOwn = ts.isBindingElement(node) || ts.isVariableDeclaration(node) || ts.isParameter(node);
    if (isOwn || ts.isFunctionDeclaration(node)) names.add(node.name?.getText() ?? '');
  }
  return names;
}

function globalAt(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node)) {
    return node.expression.getText() === 'Date' && !node.arguments?.length ? 'new Date()' : undefined;
  }
  if (ts.isPropertyAccessExpression(node)) return node.getText().replace(/\s/g, '');
  if (!ts.isIdentifier(node) || isMemberName(node)) return undefined;
  return node.text;
}

/** A name behind a dot, or the name of a member of an object, class or type: it says nothing of the global. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent))
    return parent.name === node && !/crypto/i.test(parent.expression.getText());
  const isMember = ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isTypeElement(parent);
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return isMember && parent.name === node;
}
