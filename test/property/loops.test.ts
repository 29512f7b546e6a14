import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Loops } from '../../src/rdd/fuse.ts';
import { generate } from '../../src/rdd/generate.ts';
import { interpret } from '../../src/rdd/interpret.ts';
import {
  type Cell,
  enough,
  type Loop,
  type Sink,
  StepFailure,
  StepMistake,
  sinkOf,
  type Terminal,
} from '../../src/rdd/loop.ts';
import type { NarrowKind, Step } from '../../src/rdd/step.ts';

// A chain runs as generated code or interpreted; whatever it does, both do: the rows, where they stop, what fails on
// which row, and which iterators they close.

type Fused = Exclude<NarrowKind, 'mapPartitions'>;

/** A step as data, so that each way to run it gets functions, and a diary, of its own. */
interface StepPlan {
  readonly kind: Fused;
  readonly how: number;
  /** The call in which it throws; beyond the last for never. */
  readonly throwsAt: number;
}

const label = { name: 'step', site: undefined };

/** The functions of a chain, and what they were given and whether their iterators were closed. */
function stepsOf(plans: readonly StepPlan[]): { readonly steps: readonly Step[]; readonly diary: string[] } {
  const diary: string[] = [];
  const steps = plans.map(({ kind, how, throwsAt }, i): Step => {
    let calls = 0;
    const noted =
      (f: (row: unknown) => unknown) =>
      (...args: never[]): unknown => {
        diary.push(`${i}(${args.length}): ${JSON.stringify(args[0])}`);
        if (calls++ === throwsAt) throw new RangeError(`step ${i}`);
        return f(args[0]);
      };
    return { kind, f: noted(functionOf(kind, how, i, diary)), label };
  });
  return { steps, diary };
}

function functionOf(kind: Fused, how: number, i: number, diary: string[]): (row: unknown) => unknown {
  if (kind === 'map') return mappers[how % mappers.length] as (row: unknown) => unknown;
  if (kind === 'filter') return filters[how % filters.length] as (row: unknown) => unknown;
  const many = manys[how % manys.length] as (row: unknown) => unknown;
  if (how % 3 !== 0) return many;
  return function* (row: unknown) {
    try {
      yield* many(row) as Iterable<unknown>;
    } finally {
      diary.push(`${i} closed`);
    }
  };
}

const textOf = (row: unknown): string => (typeof row === 'string' ? row : JSON.stringify(row));
const mappers = [
  (row: unknown) => [textOf(row).slice(0, 1), 1],
  (row: unknown) => textOf(row).length,
  (row: unknown) => row,
  (row: unknown) => `${textOf(row)}!`,
  () => undefined,
  (row: unknown) => (textOf(row).length === 3 ? Promise.resolve(row) : row),
];
const filters = [
  (row: unknown) => textOf(row).length % 2 === 0,
  () => true,
  (row: unknown) => textOf(row).includes('a'),
  () => 'truthy',
  () => 0,
];
const manys = [
  (row: unknown) => [row, row],
  (row: unknown) => textOf(row).split(' '),
  () => [],
  (row: unknown) => new Set([...textOf(row)]),
  (row: unknown) => textOf(row),
  (row: unknown) => (textOf(row).length === 5 ? 7 : [row]),
];

const stepPlan: fc.Arbitrary<StepPlan> = fc.record({
  kind: fc.constantFrom<Fused>('map', 'filter', 'flatMap'),
  how: fc.nat({ max: 17 }),
  throwsAt: fc.oneof({ weight: 4, arbitrary: fc.constant(1_000_000) }, { weight: 1, arbitrary: fc.nat({ max: 12 }) }),
});
const terminal = fc.constantFrom<Terminal>('push', 'take', 'count', 'fold', 'reduce', 'combine');
const row = fc.oneof(
  fc.constantFrom('a b', 'abc', 'a a a', '', 'hello', 'b\0'),
  fc.tuple(fc.constantFrom('k', 'l', ''), fc.integer({ min: 0, max: 9 })),
  fc.integer({ min: -3, max: 3 }),
);

function newSink(limit: number): Sink {
  const merge = (a: unknown, b: unknown): unknown => {
    if (b === 9) throw new RangeError('merge');
    return `${textOf(a)}+${textOf(b)}`;
  };
  return sinkOf({ limit, merge, create: (value) => `<${textOf(value)}>`, cells: new Map<never, Cell>() as never });
}

/** All that can be seen of a run: the positions it returned, how it failed, and the sink. */
function runOf(run: (sink: Sink) => number[], limit: number): unknown {
  const sink = newSink(limit);
  let ended: unknown;
  try {
    ended = run(sink);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    const cause = error.error;
    if (cause instanceof StepMistake && cause.returned instanceof Promise) cause.returned.catch(() => undefined);
    const what = cause instanceof StepMistake ? `${cause.kind} ${String(cause.returned)}` : String(cause);
    ended = ['failed', error.step, error.row, what];
    return { ended, rows: sink.rows, cells: [...sink.cells] };
  }
  const { rows, count, isStarted, value, cells } = sink;
  return { ended, rows, count, isStarted, value, cells: [...cells] };
}

/** Runs rows or text a piece at a time, and keeps the positions. */
function pieces(
  loop: Pick<Loop, 'rows' | 'text'>,
  data: readonly unknown[] | string,
  sizes: readonly number[],
  sink: Sink,
): number[] {
  const positions: number[] = [];
  for (let at = 0, i = 0; at !== enough && at < data.length; i++) {
    const size = sizes[i % sizes.length] as number;
    at =
      typeof data === 'string'
        ? loop.text(data, at, size, sink)
        : loop.rows(data, at, Math.min(data.length, at + size), sink);
    positions.push(at);
  }
  return positions;
}

const text = fc
  .array(fc.tuple(fc.constantFrom('', 'a', 'a b', 'abc d', 'x\r', 'é', '\0'), fc.constantFrom('\n', '\r\n')), {
    maxLength: 12,
  })
  .chain((lines) => fc.constantFrom(lines.flat().join(''), lines.flat().slice(0, -1).join('')));

const cases = fc.record({
  plans: fc.array(stepPlan, { maxLength: 5 }),
  terminal,
  data: fc.oneof(fc.array(row, { maxLength: 20 }), text),
  sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
  limit: fc.integer({ min: 1, max: 9 }),
});

describe('a fused chain', () => {
  test('generated code equals the interpreted loops, failures and clean-up included', () => {
    fc.assert(
      fc.property(cases, ({ plans, terminal: end, data, sizes, limit }) => {
        const one = stepsOf(plans);
        const two = stepsOf(plans);
        const made = generate(
          one.steps.map(({ kind }) => kind),
          end,
          'a test',
        )(one.steps.map(({ f }) => f));
        const read = interpret(two.steps, end);
        const generated = runOf((sink) => pieces(made, data, sizes, sink), limit);
        const interpreted = runOf((sink) => pieces(read, data, sizes, sink), limit);
        expect(generated).toEqual(interpreted);
        expect(one.diary).toEqual(two.diary);
      }),
      { numRuns: 2000 },
    );
  });

  test('how the rows are cut into pieces changes nothing', () => {
    fc.assert(
      fc.property(cases, ({ plans, terminal: end, data, sizes, limit }) => {
        const whole = stepsOf(plans);
        const cut = stepsOf(plans);
        const withoutPositions = (run: unknown): unknown => {
          const { ended, ...rest } = run as { readonly ended: unknown[] };
          return [ended[0] === 'failed' ? ended : ended.at(-1) === enough, rest];
        };
        const all = runOf((sink) => pieces(interpret(whole.steps, end), data, [1000], sink), limit);
        const parts = runOf((sink) => pieces(interpret(cut.steps, end), data, sizes, sink), limit);
        if (JSON.stringify(all).includes('"failed"')) expect(cut.diary).toEqual(whole.diary);
        else expect(withoutPositions(parts)).toEqual(withoutPositions(all));
      }),
      { numRuns: 1000 },
    );
  });
});

test('the loop of a chain is the same rows on its first use, on its second, and where no code may be generated', () => {
  fc.assert(
    fc.property(cases, ({ plans, terminal: end, data, sizes, limit }) => {
      const { steps } = stepsOf(plans.map((plan) => ({ ...plan, throwsAt: 1_000_000 })));
      const loops = new Loops(true);
      const run = (from: Loops): unknown => {
        const action = {};
        return runOf((sink) => pieces(from.of(steps, end, action as never), data, sizes, sink), limit);
      };
      const first = run(loops);
      expect(run(loops)).toEqual(first);
      expect(run(loops)).toEqual(first);
      expect(run(new Loops(false))).toEqual(first);
    }),
  );
});
