import fc from 'fast-check';
import {
  type DStream,
  InputDStream,
  type RDD,
  type RDDMaker,
  Seconds,
  type State,
  StateSpec,
  type Time,
} from 'firesteel';
import type { FeedBatch } from 'firesteel/testing';
import { test } from 'vitest';
import { FiresteelError } from '../../src/core/errors.ts';
import { checkSame, type Look, looksAt, runsOf } from './look.ts';

/*
 * What state does while the world is broken, and after it was mended.
 *
 * A step that throws is tried again by the next batch, before its own: it is never left out, and never applied twice. A
 * batch that was refused is asked for again, and never taken for an empty one. In the batches in which the world is
 * broken something throws: the rows of the parent, the function of the state, or the source.
 */

type Pairs = DStream<[number, number]>;

/** What breaks, and how state is kept. */
interface Example {
  readonly batches: readonly FeedBatch<number>[];
  /** Whether the world is broken, batch by batch. */
  readonly broken: readonly boolean[];
  readonly keeps: keyof typeof keepers;
  readonly using: 'actors' | 'loop';
  readonly seed: number;
}

const total = (values: readonly number[], state = 0): number => values.reduce((a, b) => a + b, state);
const windowLength = 2;

/** Ways to keep totals; `check` throws where the world is broken. */
const keepers = {
  updateStateByKey: (pairs: Pairs, check: () => void) =>
    pairs.updateStateByKey((values: number[], state: number | undefined) => {
      check();
      return total(values, state);
    }),
  stateSnapshots: (pairs: Pairs, check: () => void) => {
    const spec = StateSpec.function((_key: number, value: number | undefined, state: State<number>) => {
      check();
      state.update((state.getOption() ?? 0) + (value ?? 0));
      return null;
    });
    return pairs.mapWithState(spec).stateSnapshots();
  },
  'reduceByKeyAndWindow with an inverse': (pairs: Pairs, check: () => void) =>
    pairs.reduceByKeyAndWindow(
      (a, b) => {
        check();
        return a + b;
      },
      (a, b) => {
        check();
        return a - b;
      },
      Seconds(windowLength),
      Seconds(1),
    ),
} as const;

function anyExample(withoutRDD: boolean): fc.Arbitrary<Example> {
  const rows = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 });
  const batch = withoutRDD ? fc.oneof({ weight: 5, arbitrary: rows }, fc.constant(null)) : rows;
  return fc.integer({ min: 1, max: 7 }).chain((length) =>
    fc.record({
      batches: fc.array(batch, { minLength: length, maxLength: length }),
      broken: fc.array(fc.boolean(), { minLength: length, maxLength: length }),
      keeps: fc.constantFrom(...(Object.keys(keepers) as (keyof typeof keepers)[])),
      using: fc.constantFrom('actors', 'loop'),
      seed: fc.nat(),
    }),
  );
}

/** A world that is broken in some batches; it is asked at every beat, and then knows what time it is. */
class World extends InputDStream<number> {
  readonly #example: Example;
  readonly #isSource: boolean;
  #now = 0;

  /** @param isSource whether it throws itself where it is broken */
  constructor(example: Example, isSource: boolean) {
    super();
    this.#example = example;
    this.#isSource = isSource;
  }

  check(): void {
    if (this.#example.broken[this.#now - 1] === true) throw new Error('the world is broken');
  }

  override compute(time: Time, make: RDDMaker): RDD<number> | undefined {
    const n = time.milliseconds / 1000;
    this.#now = Math.max(this.#now, n);
    if (this.#isSource) this.check();
    const batch = this.#example.batches[n - 1];
    return batch === null ? undefined : make.rows(batch ?? [], 2);
  }
}

const keyOf = (n: number): number => n % 3;

/** What must be kept after these batches. */
function keptAfter(batches: readonly FeedBatch<number>[], keeps: Example['keeps']): Look['rows'] {
  const all = batches.flatMap((batch) => batch ?? []);
  const held = keeps.includes('Window') ? batches.slice(-windowLength).flatMap((batch) => batch ?? []) : all;
  return [...new Set(all.map(keyOf))].map((key) => [key, total(held.filter((n) => keyOf(n) === key))]);
}

/** What is seen of a program whose world breaks where it is said. */
async function looksOf(example: Example, where: 'parent' | 'function' | 'source'): Promise<readonly Look[]> {
  const world = new World(example, where === 'source');
  const checkAt = (place: string): void => {
    if (place === where) world.check();
  };
  const { batches, using, seed, keeps } = example;
  const [looks = []] = await looksAt(
    (_inputs, ssc) => {
      const pairs = ssc.inputStream(world).map((n): [number, number] => {
        checkAt('parent');
        return [keyOf(n), n];
      });
      return [keepers[keeps](pairs, () => checkAt('function'))];
    },
    { inputs: [batches.map(() => [])], partitions: 1, using, seed, mayFail: true },
  );
  return looks;
}

/** @throws what was seen otherwise than it must be */
function check(looks: readonly Look[], expected: readonly Look[]): void {
  checkSame(looks, expected, 'in any order');
  for (const [i, { error }] of looks.entries()) {
    const reason = expected[i]?.error;
    if (reason === undefined) continue;
    const text = error instanceof FiresteelError ? `${error.message} ${String(error.cause)}` : String(error);
    if (!text.includes(String(reason))) throw new Error(`the error does not say '${String(reason)}': ${text}`);
  }
}

/** Whether a step calls for anything that can be broken. */
type Calls = (batch: FeedBatch<number>, kept: Look['rows']) => boolean;

/** Steps wait behind the first that throws. */
function looksWhileStepsFail({ batches, broken, keeps }: Example, calls: Calls): readonly Look[] {
  let applied = 0;
  let isThere = keeps !== 'updateStateByKey';
  return batches.flatMap((batch, i): readonly Look[] => {
    const timeMs = (i + 1) * 1000;
    isThere ||= batch !== null;
    if (!isThere) {
      applied = i + 1;
      return [];
    }
    const isStuck = (): boolean =>
      broken[i] === true && calls(batches[applied] ?? null, keptAfter(batches.slice(0, applied), keeps));
    while (applied <= i && !isStuck()) applied += 1;
    if (applied > i) return [{ timeMs, rows: keptAfter(batches.slice(0, i + 1), keeps) ?? [] }];
    return [{ timeMs, error: applied < i ? `${(applied + 1) * 1000} ms` : 'the world is broken' }];
  });
}

const hasRows = (batch: FeedBatch<number>): boolean => (batch ?? []).length > 0;

test('a step whose input throws is tried again: it is never left out, and never applied twice', async () => {
  await fc.assert(
    fc.asyncProperty(anyExample(true), async (example) => {
      check(await looksOf(example, 'parent'), looksWhileStepsFail(example, hasRows));
    }),
    { numRuns: runsOf() },
  );
});

test('a step whose function throws is tried again: it is never left out, and never applied twice', async () => {
  await fc.assert(
    fc.asyncProperty(anyExample(true), async (example) => {
      fc.pre(!example.keeps.includes('Window'));
      const isForAll = example.keeps === 'updateStateByKey';
      const calls: Calls = (batch, kept = []) => hasRows(batch) || (isForAll && kept.length > 0);
      check(await looksOf(example, 'function'), looksWhileStepsFail(example, calls));
    }),
    { numRuns: runsOf() },
  );
});

test('a window whose functions throw is moved on once they do not, over all that came meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(anyExample(true), async (drawn) => {
      const example: Example = { ...drawn, keeps: 'reduceByKeyAndWindow with an inverse' };
      const looks = await looksOf(example, 'function');
      // Which of the two functions a step calls, if any, is nobody's business: while they throw it may fail.
      const expected = example.batches.map((_, i): Look => {
        const timeMs = (i + 1) * 1000;
        if (example.broken[i] === true && looks[i]?.rows === undefined) return { timeMs };
        return { timeMs, rows: keptAfter(example.batches.slice(0, i + 1), example.keeps) ?? [] };
      });
      check(looks, expected);
    }),
    { numRuns: runsOf() },
  );
});

test('a batch that was refused is asked for again by the next, and never taken for an empty one', async () => {
  await fc.assert(
    fc.asyncProperty(anyExample(false), async (example) => {
      const expected = example.batches.flatMap((_, i): readonly Look[] => {
        if (example.broken[i] === true) return [];
        return [{ timeMs: (i + 1) * 1000, rows: keptAfter(example.batches.slice(0, i + 1), example.keeps) ?? [] }];
      });
      check(await looksOf(example, 'source'), expected);
    }),
    { numRuns: runsOf() },
  );
});
