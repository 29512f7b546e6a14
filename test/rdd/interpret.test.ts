import { expect, test, vi } from 'vitest';
import { interpret } from '../../src/rdd/interpret.ts';
import { sinkOf } from '../../src/rdd/loop.ts';
import type { NarrowKind, Step } from '../../src/rdd/step.ts';

const step = (kind: NarrowKind, f: Step['f']): Step => ({ kind, f, label: { name: kind, site: undefined } });

test('no code is generated', () => {
  vi.stubGlobal('Function', () => {
    throw new EvalError('not here');
  });
  const sink = sinkOf();
  interpret([step('flatMap', (n: number) => [n, n])], 'push').rows([1], 0, 1, sink);
  vi.unstubAllGlobals();
  expect(sink.rows).toEqual([1, 1]);
});

test('one loop may run inside a function of itself', () => {
  const steps: Step[] = [];
  const inner = sinkOf();
  const f = (n: number): number => {
    if (n > 0) loop.rows([0], 0, 1, inner);
    return n;
  };
  steps.push(step('map', f));
  const loop = interpret(steps, 'push');
  const outer = sinkOf();
  loop.rows([1, 2], 0, 2, outer);
  expect([outer.rows, inner.rows]).toEqual([
    [1, 2],
    [0, 0],
  ]);
});

test('mapPartitions has no place in a loop', () => {
  expect(() => interpret([step('mapPartitions', () => [])], 'push')).toThrow('mapPartitions ends a fused loop');
});
