import { describe, expect, test } from 'vitest';
import { generate } from '../../src/rdd/generate.ts';
import { interpret } from '../../src/rdd/interpret.ts';
import { enough, type Loop, StepFailure, StepMistake, sinkOf, type Terminal } from '../../src/rdd/loop.ts';
import type { NarrowKind, Step } from '../../src/rdd/step.ts';

// What every loop does, by whatever way it was made.

type Bare = Pick<Loop, 'rows' | 'text'>;
type StepParts = readonly [kind: NarrowKind, f: (row: never) => unknown];

const makers: readonly (readonly [string, (steps: readonly StepParts[], terminal: Terminal) => Bare])[] = [
  [
    'generated',
    (steps, terminal) =>
      generate(
        steps.map(([kind]) => kind),
        terminal,
        'test',
      )(steps.map(([, f]) => f)),
  ],
  [
    'interpreted',
    (steps, terminal) =>
      interpret(
        steps.map(([kind, f]): Step => ({ kind, f, label: { name: kind, site: undefined } })),
        terminal,
      ),
  ],
];

const add = (a: unknown, b: unknown): number => (a as number) + (b as number);
const times10 = (n: number): number => n * 10;
const twice = (n: number): number[] => [n, n];

/** What a loop throws, in parts. */
function failureOf(run: () => unknown): { readonly step: number; readonly row: unknown; readonly error: unknown } {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(StepFailure);
    const { step, row, error: cause } = error as StepFailure;
    return { step, row, error: cause instanceof StepMistake ? cause.kind : cause };
  }
  throw new Error('it did not fail');
}

describe.each(makers)('a loop that is %s', (_name, make) => {
  describe('over rows', () => {
    test('reads from one place to another and says where it ends', () => {
      const sink = sinkOf();
      expect(make([['map', times10]], 'push').rows([0, 1, 2, 3, 4], 1, 3, sink)).toBe(3);
      expect(sink.rows).toEqual([10, 20]);
    });

    test('reads nothing from a place to itself', () => {
      const sink = sinkOf();
      expect(make([['map', times10]], 'push').rows([1, 2], 1, 1, sink)).toBe(1);
      expect(sink.rows).toEqual([]);
    });

    test('passes rows on where there is no step', () => {
      const sink = sinkOf();
      make([], 'push').rows([1, null, undefined], 0, 3, sink);
      expect(sink.rows).toEqual([1, null, undefined]);
    });

    test('gives a row to one step after the other before it reads the next', () => {
      const log: string[] = [];
      const say = (name: string) => (n: number) => {
        log.push(`${name} ${n}`);
        return n;
      };
      make(
        [
          ['map', say('a')],
          ['filter', say('b')],
          ['map', say('c')],
        ],
        'count',
      ).rows([0, 1], 0, 2, sinkOf());
      expect(log).toEqual(['a 0', 'b 0', 'a 1', 'b 1', 'c 1']);
    });
  });

  describe('over text', () => {
    const read = (text: string): unknown[] => {
      const sink = sinkOf();
      expect(make([], 'push').text(text, 0, 100, sink)).toBeGreaterThanOrEqual(text.length);
      return sink.rows;
    };

    test('takes LF and CRLF for ends of lines, and neither for part of them', () => {
      expect(read('a\nbc\r\n\n\r\nd')).toEqual(['a', 'bc', '', '', 'd']);
    });

    test('leaves a CR inside a line', () => {
      expect(read('a\rb\n\r\r\n')).toEqual(['a\rb', '\r']);
    });

    test('has no line behind the last end', () => {
      expect([read('a\n'), read('\n'), read('a')]).toEqual([['a'], [''], ['a']]);
    });

    test('reads so many lines and says where the next begins', () => {
      const sink = sinkOf();
      const loop = make([['map', (line: string) => line.toUpperCase()]], 'push');
      const text = 'a\r\nb\nc\n';
      expect(loop.text(text, 0, 2, sink)).toBe(5);
      expect(loop.text(text, 5, 2, sink)).toBe(7);
      expect(sink.rows).toEqual(['A', 'B', 'C']);
    });
  });

  describe('ends in', () => {
    test('a count of what reaches the end, added to what was counted', () => {
      const sink = sinkOf();
      const loop = make(
        [
          ['flatMap', twice],
          ['filter', (n: number) => n > 1],
        ],
        'count',
      );
      loop.rows([1, 2], 0, 2, sink);
      loop.rows([3], 0, 1, sink);
      expect(sink.count).toBe(4);
    });

    test('a take, which stops as soon as it has enough, over pieces too', () => {
      const sink = sinkOf({ limit: 3 });
      const loop = make([['flatMap', twice]], 'take');
      expect(loop.rows([1, 2, 3], 0, 1, sink)).toBe(1);
      expect(loop.rows([1, 2, 3], 1, 3, sink)).toBe(enough);
      expect(sink.rows).toEqual([1, 1, 2]);
      expect(make([], 'take').text('a\nb\nc', 0, 10, sinkOf({ limit: 2 }))).toBe(enough);
    });

    test('a fold that begins with the first row, or with what is there', () => {
      const empty = sinkOf({ merge: add });
      const started = sinkOf({ merge: add, isStarted: true, value: 100 });
      const loop = make([['map', times10]], 'fold');
      for (const sink of [empty, started]) loop.rows([1, 2], 0, 2, sink);
      expect([empty.value, started.value]).toEqual([30, 130]);
    });

    test('a fold of no row, which has begun nothing', () => {
      const sink = sinkOf({ merge: add });
      make([['filter', () => false]], 'fold').rows([1], 0, 1, sink);
      expect([sink.isStarted, sink.value]).toEqual([false, undefined]);
    });

    test('a reduce of the values of each key, keys equal by value, the first of them kept', () => {
      const key = ['a', 1];
      const sink = sinkOf({ merge: add });
      make([], 'reduce').rows(
        [
          [key, 1],
          ['\0', 5],
          [['a', 1], 2],
          ['\0', 6],
        ],
        0,
        4,
        sink,
      );
      const cells = [...sink.cells.values()];
      expect(cells.map((cell) => [cell.key, cell.value])).toEqual([
        [key, 3],
        ['\0', 11],
      ]);
      expect(cells[0]?.key).toBe(key);
    });

    test('a combine, which makes something of the first value of a key', () => {
      const sink = sinkOf({ create: (n) => [n], merge: (list, n) => [...(list as unknown[]), n] });
      make([], 'combine').rows(
        [
          ['a', 1],
          ['b', 2],
          ['a', 3],
        ],
        0,
        3,
        sink,
      );
      expect([...sink.cells.values()]).toEqual([
        { key: 'a', value: [1, 3] },
        { key: 'b', value: [2] },
      ]);
    });
  });

  describe('tells of a failure', () => {
    const boom = new Error('boom');
    const fail = (): never => {
      throw boom;
    };

    test('the step, the row that it was given, and what it threw', () => {
      const loop = make(
        [
          ['map', times10],
          ['filter', (n: number) => n !== 20 || fail()],
        ],
        'push',
      );
      expect(failureOf(() => loop.rows([1, 2, 3], 0, 3, sinkOf()))).toEqual({ step: 1, row: 20, error: boom });
    });

    test('of a merge the step behind the last, and the row or the pair', () => {
      const sink = sinkOf({ merge: fail });
      expect(failureOf(() => make([['map', times10]], 'fold').rows([1, 2], 0, 2, sink))).toEqual({
        step: 1,
        row: 20,
        error: boom,
      });
      expect(
        failureOf(() =>
          make([], 'reduce').rows(
            [
              ['a', 1],
              ['a', 2],
            ],
            0,
            2,
            sinkOf({ merge: fail }),
          ),
        ),
      ).toEqual({
        ...{ step: 0, row: ['a', 2], error: boom },
      });
      expect(failureOf(() => make([], 'combine').rows([['a', 1]], 0, 1, sinkOf({ create: fail })))).toEqual({
        ...{ step: 0, row: ['a', 1], error: boom },
      });
    });

    test('of a merge the key and the value alone, where a row has more', () => {
      const run = (): number => make([], 'combine').rows([['a', 1, 'more']], 0, 1, sinkOf({ create: fail }));
      expect(failureOf(run)).toEqual({ step: 0, row: ['a', 1], error: boom });
    });

    test('of a key that is no value', () => {
      const failure = failureOf(() => make([], 'reduce').rows([[fail, 1]], 0, 1, sinkOf({ merge: add })));
      expect(failure).toMatchObject({ step: 0, row: [fail, 1], error: { code: 'KEY.NOT_A_VALUE' } });
    });

    test('of what is no pair where a pair is wanted', () => {
      expect(failureOf(() => make([], 'reduce').rows(['ab'], 0, 1, sinkOf()))).toEqual({
        step: 0,
        row: 'ab',
        error: 'not-a-pair',
      });
    });

    test.each<[string, NarrowKind]>([
      ['map', 'map'],
      ['filter', 'filter'],
      ['flatMap', 'flatMap'],
    ])('of a promise that a %s returned', (_kind, kind) => {
      const loop = make([[kind, () => Promise.resolve([1])]], 'push');
      expect(failureOf(() => loop.rows([7], 0, 1, sinkOf()))).toEqual({ step: 0, row: 7, error: 'returned-promise' });
    });

    test('of a promise that came of a merge', () => {
      const sink = sinkOf({ merge: () => Promise.resolve(1), create: () => Promise.resolve(1) });
      const error = 'returned-promise';
      expect(failureOf(() => make([], 'fold').rows([1, 2], 0, 2, sink))).toEqual({ step: 0, row: 2, error });
      expect(
        failureOf(() =>
          make([], 'reduce').rows(
            [
              ['a', 1],
              ['a', 2],
            ],
            0,
            2,
            sink,
          ),
        ),
      ).toEqual({ step: 0, row: ['a', 2], error });
      expect(failureOf(() => make([], 'combine').rows([['b', 1]], 0, 1, sink))).toEqual({
        step: 0,
        row: ['b', 1],
        error,
      });
    });

    test('of an iterable that is none, or fails while it is read', () => {
      const some = function* (): Generator<number> {
        yield 1;
        throw boom;
      };
      expect(failureOf(() => make([['flatMap', () => 5]], 'push').rows([7], 0, 1, sinkOf()))).toEqual({
        ...{ step: 0, row: 7, error: 'not-iterable' },
      });
      expect(
        failureOf(() =>
          make(
            [
              ['flatMap', some],
              ['map', times10],
            ],
            'push',
          ).rows([7], 0, 1, sinkOf()),
        ),
      ).toEqual({
        ...{ step: 0, row: 7, error: boom },
      });
    });
  });

  describe('closes what it opened:', () => {
    /** Endless, and writes down how it is closed. */
    const opened =
      (name: string, log: string[], end: () => unknown = () => undefined) =>
      () => ({
        [Symbol.iterator]: () => ({
          next: () => ({ done: false, value: name }),
          return: () => {
            log.push(name);
            return end();
          },
        }),
      });
    const boom = new Error('boom');
    const fail = (): never => {
      throw boom;
    };

    test('iterators that stand open when a take has enough, the innermost first', () => {
      const log: string[] = [];
      const steps: StepParts[] = [
        ['flatMap', opened('outer', log)],
        ['flatMap', () => [1]],
        ['flatMap', opened('inner', log)],
      ];
      make(steps, 'take').rows([0], 0, 1, sinkOf({ limit: 1 }));
      expect(log).toEqual(['inner', 'outer']);
    });

    test('iterators that stand open when a step behind them fails', () => {
      const log: string[] = [];
      const steps: StepParts[] = [
        ['flatMap', opened('outer', log)],
        ['flatMap', opened('inner', log)],
        ['map', fail],
      ];
      expect(failureOf(() => make(steps, 'push').rows([0], 0, 1, sinkOf()))).toEqual({
        step: 2,
        row: 'inner',
        error: boom,
      });
      expect(log).toEqual(['inner', 'outer']);
    });

    test('not the iterator that fails itself, nor one that is read to its end', () => {
      const log: string[] = [];
      const read = (): Iterable<number> => ({
        [Symbol.iterator]: () => {
          let n = 0;
          const next = () => (++n < 3 ? { done: false as const, value: n } : { done: true as const, value: undefined });
          return { next, return: () => ({ done: true as const, value: log.push('read') }) };
        },
      });
      const failing = (): object => ({ [Symbol.iterator]: () => ({ next: fail, return: () => log.push('failing') }) });
      const steps: StepParts[] = [
        ['flatMap', opened('outer', log)],
        ['flatMap', failing],
      ];
      failureOf(() => make(steps, 'push').rows([0], 0, 1, sinkOf()));
      make(
        [
          ['flatMap', read],
          ['flatMap', read],
        ],
        'push',
      ).rows([0], 0, 1, sinkOf());
      expect(log).toEqual(['outer']);
    });

    test('the others, when closing one fails after a take; and tells of that one', () => {
      const log: string[] = [];
      const steps: StepParts[] = [
        ['flatMap', opened('outer', log)],
        ['flatMap', opened('inner', log, fail)],
        ['map', times10],
      ];
      const run = (): number => make(steps, 'take').rows([0], 0, 1, sinkOf({ limit: 1 }));
      expect(failureOf(run)).toEqual({ step: 1, row: 'outer', error: boom });
      expect(log).toEqual(['inner', 'outer']);
    });

    test('the others, when closing one fails after a failure; and tells of the first failure', () => {
      const log: string[] = [];
      const first = new Error('first');
      const throwFirst = (): never => {
        throw first;
      };
      const steps: StepParts[] = [
        ['flatMap', opened('outer', log)],
        ['flatMap', opened('inner', log, fail)],
        ['map', throwFirst],
      ];
      expect(failureOf(() => make(steps, 'push').rows([0], 0, 1, sinkOf()))).toEqual({
        step: 2,
        row: 'inner',
        error: first,
      });
      expect(log).toEqual(['inner', 'outer']);
    });
  });
});

test('a sink of which nothing is said merges nothing', () => {
  expect(() => sinkOf().merge(1, 2)).toThrow(TypeError);
});
