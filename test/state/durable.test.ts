import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeKey } from '../../src/core/keys.ts';
import { CallFailure } from '../../src/state/call-failure.ts';
import { InverseWindow } from '../../src/state/inverse-window.ts';
import type { Keeper } from '../../src/state/keeper.ts';
import { KeyIndex } from '../../src/state/key-index.ts';
import { MappedState } from '../../src/state/mapped-state.ts';
import type { Redo } from '../../src/state/redo.ts';
import { RewrittenState } from '../../src/state/rewritten-state.ts';
import { RingWindow } from '../../src/state/ring-window.ts';
import { UpdatedState } from '../../src/state/updated-state.ts';
import { absent, VersionedTable } from '../../src/state/versioned-table.ts';
import {
  anyEqualKey,
  drawn,
  everyKey,
  everyValue,
  fatal,
  gone,
  idsOf,
  imagesOf,
  type Keepers,
  letGo,
  placeOf,
  type Recorded,
  record,
  replay,
  restore,
  type Seen,
  type Step,
  seenAt,
  textOf,
} from './durable.ts';
import { done, giveUp, type Pair, workOut } from './kit.ts';

const partitions = 2;

/** Two partitions that share an index. */
function partsOf(make: (table: VersionedTable, peers: Keeper[]) => Keeper): Keepers {
  const index = new KeyIndex();
  const parts: Keeper[] = [];
  for (let i = 0; i < partitions; i++) parts.push(make(new VersionedTable(0, index, i), parts));
  return parts;
}

/** The last value, or the sum of numbers. */
function merge(a: unknown, b: unknown): unknown {
  if (b === fatal) throw new Error('not now');
  return typeof a === 'number' && typeof b === 'number' ? a + b : b;
}

const updated = (): Keepers =>
  partsOf(
    (table) =>
      new UpdatedState(table, (values, state) => {
        const after = values.reduce(merge, state);
        return after === gone ? undefined : after;
      }),
  );

const rewritten = (): Keepers =>
  partsOf(
    (table, peers) =>
      new RewrittenState(
        table,
        function* (rows) {
          for (const [key, values, state] of rows) {
            const after = values.reduce(merge, state);
            if (after === gone) continue;
            // Some keys become others, which may belong elsewhere.
            yield [after === 1 ? 'one' : key, after];
          }
        },
        peers as RewrittenState[],
        placeOf,
      ),
  );

const mapped = (timeoutMs: number | undefined) => (): Keepers =>
  partsOf(
    (table) =>
      new MappedState(table, {
        timeoutMs,
        f: (timeMs, key, value, state) => {
          if (state.isTimingOut()) return [timeMs, textOf(key), 'goes with', state.get()];
          if (value === gone) {
            if (state.exists()) state.remove();
            return absent;
          }
          // A row that only touches its key.
          if (value !== true) state.update(merge(state.getOption(), value));
          return [key, value, state.getOption()];
        },
      }),
  );

const inverse = (windowMs: number, filter: 'all' | 'some') => (): Keepers =>
  partsOf(
    (table) =>
      new InverseWindow(table, {
        windowMs,
        reduce: merge,
        inverse: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : a),
        filter: filter === 'all' ? undefined : ([, value]) => value !== 0,
      }),
  );

const ring = (windowMs: number) => (): Keepers =>
  partsOf((table) => new RingWindow(table, { windowMs, merge: (values) => values.reduce(merge) }));

const kinds: readonly (readonly [string, () => Keepers])[] = [
  ['updated state', updated],
  ['rewritten state', rewritten],
  ['mapped state', mapped(undefined)],
  ['mapped state that times out at once', mapped(1)],
  ['mapped state that times out', mapped(2500)],
  ['a window with an inverse', inverse(1000, 'some')],
  ['a longer window with an inverse', inverse(3000, 'some')],
  ['a window with an inverse that shows all', inverse(2000, 'all')],
  ['a window without an inverse', ring(1000)],
  ['a longer window without an inverse', ring(3000)],
];

/** A step, which is tried in vain before it is made if there is a key to fail on; or so many versions are let go of. */
type Move = { readonly pairs: readonly Pair[]; readonly failsOn: unknown } | number;

const numbers: fc.Arbitrary<unknown> = fc.oneof(fc.integer({ min: -2, max: 3 }), fc.constantFrom(-0, Number.NaN));
const batchOf = (values: fc.Arbitrary<unknown>): fc.Arbitrary<readonly Pair[]> =>
  fc.uniqueArray(fc.tuple(everyKey, fc.oneof({ weight: 3, arbitrary: values }, fc.constantFrom(gone, true))), {
    selector: ([key]) => encodeKey(key),
    comparator: 'SameValueZero',
    maxLength: 5,
  });
const movesOf = (values: fc.Arbitrary<unknown>, maxLength: number): fc.Arbitrary<readonly Move[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ pairs: batchOf(values), failsOn: fc.option(everyKey, { nil: absent, freq: 4 }) }),
      },
      fc.nat(3),
    ),
    { maxLength },
  );
const histories = fc.constantFrom(numbers, everyValue).chain((values) =>
  fc.record({
    moves: movesOf(values, 20),
    begun: batchOf(values),
    further: fc.array(batchOf(values), { maxLength: 5 }),
  }),
);

/** What was done to a state and seen of it. */
class History {
  readonly keepers: Keepers;
  readonly records: Recorded[] = [];
  readonly seen = new Map<number, Seen>();
  timeMs = 0;
  readonly #begun: readonly Pair[];

  constructor(keepers: Keepers, begun: readonly Pair[]) {
    this.keepers = keepers;
    this.#begun = begun.filter(([, value]) => value !== gone);
  }

  move(move: Move): void {
    if (typeof move === 'number') {
      letGo(this.keepers, this.timeMs - move * 1000);
      return;
    }
    const step = this.#next(move.pairs);
    if (move.failsOn !== absent) this.#tryInVain(step, move.failsOn);
    this.records.push(record(this.keepers, step));
    this.timeMs = step.timeMs;
    this.seen.set(step.timeMs, seenAt(this.keepers, step.timeMs));
  }

  #next(pairs: readonly Pair[]): Step {
    const timeMs = this.timeMs + 1000;
    return { timeMs, arrivals: [[timeMs, pairs]], begun: this.timeMs === 0 ? this.#begun : [] };
  }

  /** Its keys are reserved, then it is given up, also where nothing fails. */
  #tryInVain({ timeMs, arrivals, begun }: Step, key: unknown): void {
    const pairs = arrivals.flatMap(([, each]) => each).filter(([each]) => encodeKey(each) !== encodeKey(key));
    const tried: Pair[] = [...pairs, ['new', 1], [key, fatal]];
    try {
      workOut(this.keepers, timeMs, [[timeMs, tried]], begun, placeOf);
      for (const keeper of this.keepers) done(keeper.redo({ withResults: false }));
    } catch (failure) {
      expect(failure).toBeInstanceOf(CallFailure);
    }
    giveUp(this.keepers);
  }
}

/** How a history is gone through again. */
interface Again {
  readonly records: readonly Recorded[];
  /** How many of them are replayed; the steps behind are worked out again. */
  readonly replayed: number;
  /** How many versions before the newest one are let go of, at moments of its own. */
  readonly releases: Iterator<number>;
}

/** Goes through a history again; every version that is kept is as it was. */
function follow(keepers: Keepers, history: History, { records, replayed, releases }: Again): void {
  let releasedMs = (records[0]?.step.timeMs ?? 0) - 1000;
  const seenMs: number[] = [];
  for (const [i, { step, redos }] of records.entries()) {
    const { timeMs } = step;
    const seen = i < replayed ? (each: Seen) => each : anyEqualKey;
    if (i < replayed) replay(keepers, redos);
    else record(keepers, step);
    seenMs.push(timeMs);
    releasedMs = Math.max(releasedMs, timeMs - releases.next().value * 1000);
    letGo(keepers, releasedMs);
    for (const atMs of seenMs.filter((each) => each === timeMs || each > releasedMs)) {
      const { entries, results } = history.seen.get(atMs) as Seen;
      const isKept = atMs > releasedMs;
      expect(seen(seenAt(keepers, atMs))).toStrictEqual(seen({ entries, results: isKept ? results : [] }));
    }
  }
}

/** Both have the same, and are the same for whatever comes. */
function expectSame(history: History, again: Keepers, further: readonly (readonly Pair[])[]): void {
  const { keepers } = history;
  expect(again.map(({ table }) => [table.timeMs, table.size])).toEqual(
    keepers.map(({ table }) => [table.timeMs, table.size]),
  );
  letGo(keepers);
  letGo(again);
  let { timeMs } = history;
  for (const pairs of [...further, [], []]) {
    timeMs += 1000;
    const step: Step = { timeMs, arrivals: [[timeMs, pairs]], begun: [] };
    record(keepers, step);
    record(again, step);
    expect(anyEqualKey(seenAt(again, timeMs))).toStrictEqual(anyEqualKey(seenAt(keepers, timeMs)));
  }
}

const releases = fc.infiniteStream(fc.nat(6));

describe.each(kinds)('%s', (_name, make) => {
  test('is the same again, in every version that is kept, when its redos are replayed', () => {
    fc.assert(
      fc.property(histories, releases, fc.nat(30), ({ moves, begun, further }, released, replayed) => {
        const history = new History(make(), begun);
        for (const move of moves) history.move(move);
        const again = make();
        follow(again, history, { records: history.records, replayed, releases: released });
        if (replayed >= history.records.length) expect(idsOf(again)).toStrictEqual(idsOf(history.keepers));
        expectSame(history, again, further);
      }),
    );
  });

  test('is the same again from an image and the redos behind it, however it goes on while the image is drawn', () => {
    fc.assert(
      fc.property(
        histories,
        releases,
        fc.nat(20),
        fc.nat(5),
        fc.nat(20),
        ({ moves, begun, further }, released, at, waits, replayed) => {
          const history = new History(make(), begun);
          for (const move of moves.slice(0, at)) history.move(move);
          const images = imagesOf(history.keepers);
          const imageMs = history.timeMs;
          expect(images.map(({ timeMs }) => timeMs)).toEqual([imageMs, imageMs]);
          for (const move of moves.slice(at, at + waits)) history.move(move);
          const pieces = images.map((image) => image.pieces());
          const first = pieces.map((each) => each.next().value as Redo);
          const begins = drawn(first.map((redo) => [redo]));
          for (const move of moves.slice(at + waits)) history.move(move);
          const rests = drawn(pieces);
          const again = make();
          restore(
            again,
            begins.map((begin, i) => [...begin, ...(rests[i] ?? [])]),
          );
          const { entries } = history.seen.get(imageMs) ?? { entries: [] };
          expect(seenAt(again, imageMs).entries).toStrictEqual(entries);
          const behind = history.records.filter(({ step }) => step.timeMs > imageMs);
          follow(again, history, { records: behind, replayed, releases: released });
          if (replayed >= behind.length) expect(idsOf(again)).toStrictEqual(idsOf(history.keepers));
          expectSame(history, again, further);
        },
      ),
    );
  });
});
