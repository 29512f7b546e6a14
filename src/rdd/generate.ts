import { encodeKey } from '../core/keys.ts';
import { enough, type Loop, StepFailure, StepMistake, type Terminal } from './loop.ts';
import type { NarrowKind } from './step.ts';

// A fused chain as generated code: one loop, each user function at a call site of its own, so that V8 inlines it, and
// no rows between the steps. `interpret.ts` says the same without generating code; a property holds the two together.
//
// Names in the generated code: f0, f1 … the functions; r0 the row that is read, r1 … what step 0, 1 … made of it.

/** Makes the two loops of a chain from its functions. */
export type LoopFactory = (functions: readonly unknown[]) => Pick<Loop, 'rows' | 'text'>;

/**
 * Compiles the loops of all chains of this shape.
 *
 * @param mark makes the source unique, and with it what V8 learns of it; without, the chains of a shape share that
 * @throws EvalError where the process allows no code generation
 */
export function generate(kinds: readonly NarrowKind[], terminal: Terminal, mark: string): LoopFactory {
  const source = `// ${mark}
return (${kinds.map((_, i) => `f${i}`).join(', ')}) => ({
rows(rows, from, to, sink) {${loopCode(kinds, terminal, nextRow, 'to')}},
text(text, position, rowsMax, sink) {${loopCode(kinds, terminal, nextLine, 'position')}},
});`;
  const make = new Function(...Object.keys(scope), source)(...Object.values(scope));
  return (functions) => make(...functions);
}

/** What generated code sees beside its functions. */
const scope = { encodeKey, StepFailure, StepMistake, enough };

const nextRow = `for (let i = from; i < to; i++) {
r0 = rows[i];`;

/** A CR before the LF belongs to the line's end. */
const nextLine = `for (let n = 0; n < rowsMax && position < text.length; n++) {
const feed = text.indexOf('\\n', position);
const end = feed < 0 ? text.length : feed;
r0 = text.slice(position, end > position && text.charCodeAt(end - 1) === 13 ? end - 1 : end);
position = end + 1;`;

function loopCode(kinds: readonly NarrowKind[], terminal: Terminal, nextRead: string, result: string): string {
  const steps = kinds.length;
  const { before, each, after, failedRow, locals } = terminals[terminal](`r${steps}`, closeIterators(kinds));
  const rows = kinds.map((_, i) => `r${i}`);
  // The last row is no variable of the whole loop: the report of a failure does not see it, and a pair that only the
  // terminal takes apart is then never allocated.
  const iterators = flatMapsOf(kinds).map((i) => `iterator${i}`);
  const variables = [...(steps === 0 ? ['r0'] : rows), ...iterators, ...locals];
  return `
let at = 0, ${variables.join(', ')};
${before}
try {
${nextRead}
${kinds.map((kind, i) => stepCode[kind](i, i + 1 === steps ? 'let ' : '')).join('\n')}
at = ${steps};
${each}
${kinds.map((kind) => (kind === 'flatMap' ? '}' : '')).join('')}}
} catch (error) {
${closeAfterFailure(kinds)}
throw new StepFailure(error, at, ${rows.map((row, i) => `at === ${i} ? ${row} : `).join('')}${failedRow});
}
${after}
return ${result};
`;
}

/** The code of step i, which makes r(i+1) of r(i); of a flatMap the loop over its rows stays open. */
const stepCode: { readonly [K in Exclude<NarrowKind, 'mapPartitions'>]: (i: number, declare: string) => string } & {
  readonly mapPartitions: (i: number, declare: string) => never;
} = {
  map: (i, declare) => `at = ${i};
${declare}r${i + 1} = f${i}(r${i});
if (r${i + 1} instanceof Promise) throw new StepMistake('returned-promise', r${i + 1});`,

  filter: (i, declare) => `at = ${i};
const keeps${i} = f${i}(r${i});
if (keeps${i} !== true) {
if (keeps${i} instanceof Promise) throw new StepMistake('returned-promise', keeps${i});
if (!keeps${i}) continue;
}
${declare}r${i + 1} = r${i};`,

  flatMap: (i, declare) => `at = ${i};
const many${i} = f${i}(r${i}), isArray${i} = Array.isArray(many${i});
if (!isArray${i} && typeof many${i}?.[Symbol.iterator] !== 'function') {
throw new StepMistake(many${i} instanceof Promise ? 'returned-promise' : 'not-iterable', many${i});
}
iterator${i} = isArray${i} ? null : many${i}[Symbol.iterator]();
for (let j${i} = 0; ; j${i}++) {
${declare}r${i + 1};
if (isArray${i}) {
if (j${i} >= many${i}.length) break;
r${i + 1} = many${i}[j${i}];
} else {
at = ${i};
const next${i} = iterator${i}.next();
if (next${i}.done) break;
r${i + 1} = next${i}.value;
}`,

  mapPartitions: () => {
    throw new TypeError('mapPartitions ends a fused loop');
  },
};

/** The places of the flatMaps, the innermost first. */
function flatMapsOf(kinds: readonly NarrowKind[]): readonly number[] {
  return kinds.flatMap((kind, i) => (kind === 'flatMap' ? [i] : [])).reverse();
}

/** Closes the iterators that stand open when a take has enough. */
function closeIterators(kinds: readonly NarrowKind[]): string {
  return flatMapsOf(kinds)
    .map((i) => `at = ${i}; iterator${i}?.return?.();`)
    .join(' ');
}

/**
 * Closes the iterators in front of the step that failed; if one fails at that, the first failure is still the one told.
 */
function closeAfterFailure(kinds: readonly NarrowKind[]): string {
  return flatMapsOf(kinds)
    .map((i) => `if (at > ${i}) try { iterator${i}?.return?.(); } catch {}`)
    .join('\n');
}

interface TerminalCode {
  readonly before: string;
  readonly each: string;
  readonly after: string;
  /** The row that a failure of the terminal itself shows. */
  readonly failedRow: string;
  readonly locals: readonly string[];
}

const terminals: { readonly [T in Terminal]: (row: string, close: string) => TerminalCode } = {
  push: (row) => ({ ...plain, before: 'const out = sink.rows;', each: `out.push(${row});` }),
  take: (row, close) => ({
    ...plain,
    before: 'const out = sink.rows, limit = sink.limit;',
    each: `out.push(${row});\nif (out.length >= limit) { ${close} return enough; }`,
  }),
  count: () => ({ ...plain, before: 'let count = 0;', each: 'count++;', after: 'sink.count += count;' }),
  fold: (row) => ({
    before: 'const merge = sink.merge; let value = sink.value, isStarted = sink.isStarted;',
    each: `given = ${row};
if (isStarted) value = merge(value, given); else { value = given; isStarted = true; }
${refusePromise('value')}`,
    after: 'sink.value = value; sink.isStarted = isStarted;',
    failedRow: 'given',
    locals: ['given'],
  }),
  reduce: (row) => mergeCode(row, 'v'),
  combine: (row) => mergeCode(row, 'create(v)'),
};

const plain = { before: '', after: '', failedRow: 'undefined', locals: [] };

function mergeCode(row: string, first: string): TerminalCode {
  return {
    before: 'const cells = sink.cells, merge = sink.merge, create = sink.create;',
    each: `if (!Array.isArray(${row})) throw new StepMistake('not-a-pair', ${row});
k = ${row}[0];
v = ${row}[1];
const key = typeof k === 'string' && k.charCodeAt(0) !== 0 ? k : encodeKey(k);
const cell = cells.get(key);
if (cell === undefined) {
const made = ${first};
${refusePromise('made')}
cells.set(key, { key: k, value: made });
} else {
const made = merge(cell.value, v);
${refusePromise('made')}
cell.value = made;
}`,
    after: '',
    failedRow: "error instanceof StepMistake && error.kind === 'not-a-pair' ? error.returned : [k, v]",
    locals: ['k', 'v'],
  };
}

/** Asks for the type first, which costs nothing where values are numbers or text. */
function refusePromise(made: string): string {
  return `if (typeof ${made} === 'object' && ${made} instanceof Promise) {
throw new StepMistake('returned-promise', ${made});
}`;
}
