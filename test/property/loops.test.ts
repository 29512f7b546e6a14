import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Loops } from '../../src/rdd/fuse.ts';
import { enough, type Loop, StepFailure, StepMistake, sinkOf } from '../../src/rdd/loop.ts';
import type { Step } from '../../src/rdd/step.ts';
import { areEqual } from '../../src/testing/oracle.ts';
import { anyChain, type Chain, mergingOf, stepsOf } from './chains.ts';

/*
 * The law of loops: the generated loop and the interpreted one are the same to everyone but the clock.
 *
 * That is: the same calls of the same functions with the same arguments in the same order, up to the opening and
 * closing of iterators; the same positions at which a piece ends; the same rows; and of a failure the same step, row
 * and error. The generated loop comes in two kinds, code that all chains of a shape share and code of the chain's own;
 * both are held to it.
 */

/** Kept over all examples, as over the life of a program: shared code is used for many chains. */
const generated = new Loops(true);
const interpreted = new Loops(false);

/** Everything that can be seen of a run of a loop. */
interface Seen {
  readonly calls: readonly string[];
  readonly returned: readonly number[];
  readonly result: unknown;
}

function runLoop(chain: Chain, loop: Loop, calls: string[]): Seen {
  const { source, pieces, limit, terminal } = chain;
  const note = (what: string): void => void calls.push(what);
  const { merge, create } = mergingOf(chain, note);
  const sink = sinkOf({ limit, merge, create });
  const text = source.kind === 'text' ? source.lines.join(source.end) + (source.isEnded ? source.end : '') : '';
  const length = source.kind === 'text' ? text.length : source.rows.length;
  const returned: number[] = [];
  calls.length = 0;
  try {
    for (let at = 0, n = 0; at !== enough && at < length; n++) {
      const piece = pieces[Math.min(n, pieces.length - 1)] as number;
      if (source.kind === 'text') at = loop.text(text, at, piece, sink);
      else at = loop.rows(source.rows, at, Math.min(length, at + piece), sink);
      returned.push(at);
    }
  } catch (error) {
    // Rows that were pushed before a failure are seen by no one; what was being counted or merged is given up too.
    return { calls: [...calls], returned, result: failureOf(error) };
  }
  const cells = [...sink.cells].map(([key, cell]) => [key, cell.key, cell.value]);
  const values = { count: sink.count, isStarted: sink.isStarted, value: sink.value };
  return { calls: [...calls], returned, result: { terminal, rows: sink.rows, cells, ...values } };
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof StepFailure)) throw error;
  const { step, row } = error;
  if (!(error.error instanceof StepMistake)) return { step, row, error: String(error.error) };
  const { kind, returned } = error.error;
  return { step, row, kind, returned: returned instanceof Promise ? 'a promise' : returned };
}

/** A loop as a chain gets it the first time, the second time, and where no code may be generated. */
function loopsOf(steps: readonly Step[], terminal: Chain['terminal']): readonly [Loop, Loop, Loop] {
  return [generated.of(steps, terminal), generated.of(steps, terminal), interpreted.of(steps, terminal)];
}

test('generated loops, shared and own, are equal to the interpreted one in every call, row and failure', () => {
  fc.assert(
    fc.property(anyChain, (chain) => {
      const calls: string[] = [];
      const steps = stepsOf(chain, (what) => void calls.push(what));
      const [shared, own, plain] = loopsOf(steps, chain.terminal).map((loop) => runLoop(chain, loop, calls));
      for (const seen of [shared, own]) if (!areEqual(seen, plain)) expect(seen).toEqual(plain);
    }),
    { numRuns: runsOf(2000) },
  );
});

/** More examples than other properties have: one takes microseconds. */
function runsOf(usual: number): number {
  return Math.max(usual, fc.readConfigureGlobal().numRuns ?? 0);
}
