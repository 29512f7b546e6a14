import { type Expression, type Identifier, type Pattern, parse } from 'acorn';
import { type Meaning, meaningOf, understood } from './meaning.ts';
import type { Step } from './step.ts';

/**
 * Looks at what is written in a function, once: one that is nothing but one of these is understood from now on,
 * whatever its parameters are called.
 *
 * ```
 * line => line.split(' ')      line => line.includes('x')      word => [word, 1]      (a, b) => a + b
 * ```
 *
 * All names in it are its parameters, so that nothing outside of it has a say; the methods of texts are taken to be
 * as they come. It may be written as `function` with a `return`. Any other, and one that tools have changed, is the
 * closure that it is.
 */
export function recognise(f: Step['f']): void {
  if (seen.has(f)) return;
  seen.add(f);
  const meaning = meaningOf(f) ?? meaningOfText(Function.prototype.toString.call(f));
  if (meaning !== undefined) understood(meaning, f);
}

const seen = new WeakSet<Step['f']>();

/** What a function with this text means; undefined where it is none of those that are recognised. */
export function meaningOfText(text: string): Meaning | undefined {
  const lambda = lambdaOf(text);
  if (lambda === undefined) return undefined;
  const { result, params } = lambda;
  const [first, second] = params;
  if (first === undefined || params.length > 2) return undefined;
  return second === undefined ? meaningOfOne(result, first) : meaningOfTwo(result, first, second);
}

/** A function that only returns something. */
interface Lambda {
  readonly params: readonly string[];
  readonly result: Expression;
}

function lambdaOf(text: string): Lambda | undefined {
  if (text.length > charactersMax) return undefined;
  const f = expressionOf(text);
  if (f?.type !== 'ArrowFunctionExpression' && f?.type !== 'FunctionExpression') return undefined;
  const params = f.params.filter(isIdentifier).map(({ name }) => name);
  if (f.async || f.generator || params.length < f.params.length) return undefined;
  if (f.body.type !== 'BlockStatement') return { params, result: f.body };
  const [only, ...others] = f.body.body;
  if (only?.type !== 'ReturnStatement' || others.length > 0 || !only.argument) return undefined;
  return { params, result: only.argument };
}

function expressionOf(text: string): Expression | undefined {
  try {
    const [statement] = parse(`(${text}\n)`, { ecmaVersion: 'latest' }).body;
    return statement?.type === 'ExpressionStatement' ? statement.expression : undefined;
  } catch (error) {
    // Methods, classes and what is native have texts that are no expression.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Who writes more writes something else. */
const charactersMax = 200;

function meaningOfOne(result: Expression, param: string): Meaning | undefined {
  if (result.type === 'ArrayExpression') {
    const [key, value, ...others] = result.elements;
    if (!isParam(key, param) || others.length > 0) return undefined;
    const number = numberIn(value as Expression | null | undefined);
    return number === undefined ? undefined : { kind: 'pair', value: number };
  }
  if (result.type !== 'CallExpression' || result.optional) return undefined;
  const { callee } = result;
  if (callee.type !== 'MemberExpression' || callee.computed || callee.optional) return undefined;
  const [text, ...others] = result.arguments;
  if (!isParam(callee.object, param) || text?.type !== 'Literal' || others.length > 0) return undefined;
  if (typeof text.value !== 'string' || callee.property.type !== 'Identifier') return undefined;
  if (callee.property.name === 'split') return { kind: 'split', by: text.value };
  return callee.property.name === 'includes' ? { kind: 'contains', part: text.value } : undefined;
}

function meaningOfTwo(result: Expression, first: string, second: string): Meaning | undefined {
  const isSum = result.type === 'BinaryExpression' && result.operator === '+' && first !== second;
  return isSum && isParam(result.left, first) && isParam(result.right, second) ? { kind: 'sum' } : undefined;
}

/** A number as it is written, with a minus or without. */
function numberIn(node: Expression | null | undefined): number | undefined {
  if (node?.type === 'UnaryExpression' && node.operator === '-') {
    const number = node.argument.type === 'UnaryExpression' ? undefined : numberIn(node.argument);
    return number === undefined ? undefined : -number;
  }
  return node?.type === 'Literal' && typeof node.value === 'number' ? node.value : undefined;
}

function isIdentifier(node: Pattern): node is Identifier {
  return node.type === 'Identifier';
}

function isParam(node: { readonly type: string } | null | undefined, param: string): boolean {
  return node?.type === 'Identifier' && (node as Identifier).name === param;
}
