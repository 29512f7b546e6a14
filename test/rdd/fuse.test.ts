import { afterEach, describe, expect, test, vi } from 'vitest';
import { Loops } from '../../src/rdd/fuse.ts';
import { type Loop, sinkOf } from '../../src/rdd/loop.ts';
import type { NarrowKind, Step } from '../../src/rdd/step.ts';

const step = (kind: NarrowKind, f: Step['f']): Step => ({ kind, f, label: { name: kind, site: undefined } });
const chain = (...functions: Step['f'][]): Step[] => functions.map((f) => step('map', f));
const plusOne = (n: number): number => n + 1;
const double = (n: number): number => n * 2;

/** The rows that a loop makes of 1, 2. */
function rowsOf(loop: Loop): unknown[] {
  const sink = sinkOf();
  loop.rows([1, 2], 0, 2, sink);
  return sink.rows;
}

/** How many times code was generated while this ran. */
function compiledIn(run: () => void): number {
  let count = 0;
  const make = Function;
  vi.stubGlobal(
    'Function',
    class extends make {
      constructor(...args: string[]) {
        super(...args);
        count += 1;
      }
    },
  );
  run();
  vi.unstubAllGlobals();
  return count;
}

afterEach(() => void vi.unstubAllGlobals());

describe('loops', () => {
  test('are one for each chain of functions and terminal, for as long as the functions live', () => {
    const loops = new Loops(true);
    loops.of(chain(plusOne), 'push');
    const own = loops.of(chain(plusOne), 'push');
    expect(loops.of(chain(plusOne), 'push')).toBe(own);
    expect(rowsOf(own)).toEqual([2, 3]);
  });

  test('are told apart by functions, by their order, by kinds, by length and by terminal', () => {
    const loops = new Loops(true);
    const made = [
      loops.of([], 'push'),
      loops.of(chain(plusOne), 'push'),
      loops.of(chain(double), 'push'),
      loops.of(chain(plusOne, double), 'push'),
      loops.of(chain(double, plusOne), 'push'),
      loops.of(chain(plusOne, plusOne), 'push'),
      loops.of([step('filter', plusOne)], 'push'),
    ];
    expect(made.map(rowsOf)).toEqual([
      [1, 2],
      [2, 3],
      [2, 4],
      [4, 6],
      [3, 5],
      [3, 4],
      [1, 2],
    ]);
    const sink = sinkOf();
    loops.of(chain(plusOne), 'count').rows([1, 2], 0, 2, sink);
    expect(sink.count).toBe(2);
  });

  test('share their code with all of their shape the first time, and have code of their own from the second on', () => {
    const loops = new Loops(true);
    const uses = (f: (n: number) => number): number => compiledIn(() => void rowsOf(loops.of(chain(f), 'push')));
    expect([uses(plusOne), uses(double), uses((n) => n), uses(plusOne), uses(plusOne), uses(double)]).toEqual([
      1, 0, 0, 1, 0, 1,
    ]);
  });

  test('give the same rows on shared code as on their own', () => {
    const loops = new Loops(true);
    expect([1, 2, 3].map(() => rowsOf(loops.of(chain(plusOne, double), 'push')))).toEqual([
      [4, 6],
      [4, 6],
      [4, 6],
    ]);
  });

  test('keep their pace when they get code of their own', () => {
    const loops = new Loops(true);
    loops.of(chain(plusOne), 'push').piece = 512;
    expect(loops.of(chain(plusOne), 'push').piece).toBe(512);
  });

  test('begin with few rows a piece: nobody knows yet how slow the functions are', () => {
    expect(new Loops(true).of(chain(plusOne), 'push').piece).toBe(8);
    expect(new Loops(false).of(chain(plusOne), 'push').piece).toBe(8);
  });

  test('are interpreted when they are told so: no code is generated', () => {
    const loops = new Loops(false);
    const compiled = compiledIn(() => {
      for (let i = 0; i < 3; i++) expect(rowsOf(loops.of(chain(plusOne, double), 'push'))).toEqual([4, 6]);
    });
    expect(compiled).toBe(0);
  });

  test('are interpreted where the process allows no code generation', () => {
    vi.stubGlobal('Function', function disallowed() {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    const loops = new Loops(true);
    expect([1, 2].map(() => rowsOf(loops.of(chain(plusOne, double), 'push')))).toEqual([
      [4, 6],
      [4, 6],
    ]);
  });

  test('hide no other trouble with code generation', () => {
    vi.stubGlobal('Function', function broken() {
      throw new RangeError('something else');
    });
    expect(() => new Loops(true)).toThrow(RangeError);
  });
});
