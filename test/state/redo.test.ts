import { deserialize, serialize } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { InverseWindow } from '../../src/state/inverse-window.ts';
import type { Keeper } from '../../src/state/keeper.ts';
import { MappedState, type MappedStateOptions } from '../../src/state/mapped-state.ts';
import {
  type ById,
  byId,
  cut,
  emptyRedo,
  isEmptyRedo,
  pieceKeysMax,
  type Redo,
  unplainIn,
} from '../../src/state/redo.ts';
import { RingWindow } from '../../src/state/ring-window.ts';
import { UpdatedState, type UpdateState } from '../../src/state/updated-state.ts';
import { absent, changesOf, VersionedTable } from '../../src/state/versioned-table.ts';
import { rowsBetweenYields, uncut } from '../../src/state/work.ts';
import { type Arrival, done, entries, giveUp, type Pair, pieces, sorted, step, workOut } from './kit.ts';

const last: UpdateState = (values, state) => (values.length === 0 ? state : values.at(-1));
const updated = (): UpdatedState => new UpdatedState(new VersionedTable(0), last);
const sum: MappedStateOptions['f'] = (_timeMs, key, value, state) => {
  if (!state.isTimingOut()) state.update(((state.getOption() as number | undefined) ?? 0) + (value as number));
  return [key, state.get()];
};
const mapped = (f = sum, timeoutMs?: number): MappedState => new MappedState(new VersionedTable(0), { f, timeoutMs });
const inverse = (): InverseWindow =>
  new InverseWindow(new VersionedTable(0), {
    windowMs: 2000,
    reduce: (a, b) => (a as number) + (b as number),
    inverse: (a, b) => (a as number) - (b as number),
    filter: ([, value]) => value !== 0,
  });
const ring = (): RingWindow =>
  new RingWindow(new VersionedTable(0), { windowMs: 2000, merge: (values) => [...values] });

/** The redo of a step that is made. */
function redoOf(keeper: Keeper, timeMs: number, arrivals: readonly Arrival[], withResults = false): Redo {
  workOut([keeper], timeMs, arrivals);
  const redo = done(keeper.redo({ withResults }));
  done(keeper.commit());
  giveUp([keeper]);
  return redo;
}

function replay(keeper: Keeper, redo: Redo): void {
  keeper.replay(deserialize(serialize(redo)) as Redo);
  done(keeper.commit());
  giveUp([keeper]);
}

const idsIn = (values: readonly ById[]): readonly number[] => values.flatMap(({ ids }) => [...ids]);

describe('a redo', () => {
  test('has the keys that get an id, the values that change, and apart from them the keys that go', () => {
    const state = updated();
    const arrivals = (...pairs: readonly Pair[]): readonly Arrival[] => [[0, pairs]];
    expect(redoOf(state, 1000, arrivals(['a', 1], ['b', -0], [['c'], Number.NaN]))).toEqual({
      timeMs: 1000,
      keys: { ids: new Int32Array([0, 1, 2]), values: ['a', 'b', ['c']] },
      put: { ids: new Int32Array([0, 1, 2]), values: new Float64Array([1, -0, Number.NaN]) },
      gone: new Int32Array(),
    });
    expect(redoOf(state, 2000, arrivals(['a', undefined], ['b', 'text'], [7, 7]))).toEqual({
      timeMs: 2000,
      keys: { ids: new Int32Array([3]), values: new Float64Array([7]) },
      put: { ids: new Int32Array([1, 3]), values: ['text', 7] },
      gone: new Int32Array([0]),
    });
  });

  test('has the rows of a step if they are wanted', () => {
    const state = mapped();
    expect(redoOf(state, 1000, [[1000, [['a', 1]]]]).results).toBeUndefined();
    const redo = redoOf(state, 2000, [[2000, [['a', 2]]]], true);
    expect(redo.results).toEqual([['a', 3]]);
    const again = mapped();
    replay(again, redoOf(mapped(), 1000, [[1000, [['a', 1]]]]));
    replay(again, redo);
    expect([again.results(1000), again.results(2000)]).toEqual([[], [['a', 3]]]);
  });

  test('has no state that a function has only looked at, unless it may have been changed in place', () => {
    const state = mapped((_timeMs, _key, value, own) => {
      if (!own.exists()) own.update(value);
      if (Array.isArray(own.get())) own.update(Object.assign(own.get() as object, { 0: 'changed' }));
      return absent;
    });
    const pairs: readonly Pair[] = [
      ['a', 1],
      ['b', ['as it came']],
      ['c', 'text'],
    ];
    redoOf(state, 1000, [[1000, pairs]]);
    const { put, keys, gone } = redoOf(state, 2000, [[2000, pairs]]);
    expect([put, keys.ids.length, gone.length]).toEqual([{ ids: new Int32Array([1]), values: [['changed']] }, 0, 0]);
  });

  test('tells a key or a value that is not plain, wherever it is', () => {
    const unplain = new (class Point {})();
    const found = (keeper: Keeper, pairs: readonly Pair[]): unknown =>
      uncut(unplainIn(redoOf(keeper, 1000, [[1000, pairs]], true)))?.value;
    expect(found(updated(), [['a', 1]])).toBeUndefined();
    expect(found(ring(), [[['a'], { n: 1 }]])).toBeUndefined();
    expect(found(updated(), [['a', unplain]])).toBe(unplain);
    expect(found(ring(), [['a', [unplain]]])).toEqual([unplain]);
    expect(
      found(
        mapped(() => unplain),
        [['a', 1]],
      ),
    ).toBe(unplain);
    const redo = redoOf(inverse(), 1000, [[1000, [['a', 1]]]]);
    const keys = { ids: new Int32Array(1), values: [unplain] };
    expect(uncut(unplainIn({ ...redo, keys }))?.value).toBe(unplain);
    expect(uncut(unplainIn({ ...redo, slots: [{ timeMs: 1000, ...keys }] }))?.value).toBe(unplain);
  });

  test('refuses to take the id of a key that has a value', () => {
    const [one, other] = [updated(), updated()];
    const redo = redoOf(one, 1000, [[1000, [['a', 1]]]]);
    step([other], 1000, [[1000, [['b', 1]]]]);
    other.replay({ ...redo, timeMs: 2000 });
    expect(() => done(other.commit())).toThrow('an id is given to a key while no other has a value there');
  });
});

describe('a redo is empty', () => {
  const none = new Int32Array();
  const some = Int32Array.of(0);

  test('where it changes no value, adds nothing to a window and touches no key', () => {
    expect(emptyRedo(5)).toEqual({ timeMs: 5, keys: byId([], []), put: byId([], []), gone: none });
    expect(isEmptyRedo(emptyRedo(5))).toBe(true);
    expect(isEmptyRedo({ ...emptyRedo(5), touches: [{ timeMs: 5, ids: none }], slots: [], results: [1] })).toBe(true);
  });

  test.each<[string, Partial<Redo>]>([
    ['a key comes', { keys: byId([0], ['a']) }],
    ['a value changes', { put: byId([0], [1]) }],
    ['a key goes', { gone: some }],
    ['a batch comes into a window', { slots: [{ timeMs: 5, ...byId([], []) }] }],
    ['a key is touched', { touches: [{ timeMs: 5, ids: some }] }],
    ['a key is touched in one of two batches', { touches: [some, none].map((ids) => ({ timeMs: 5, ids })) }],
    ['a key changes and goes', { put: byId([0], [1]), gone: some }],
    ['all of it', { keys: byId([0], ['a']), put: byId([0], [1]), gone: some, slots: [{ timeMs: 5, ...byId([], []) }] }],
  ])('not where %s', (_name, change) => {
    expect(isEmptyRedo({ ...emptyRedo(5), ...change })).toBe(false);
  });
});

test('ids are cut into pieces, none of which is empty', () => {
  const sizes = (count: number): readonly number[] => [...cut(new Int32Array(count))].map(({ length }) => length);
  expect([0, 1, pieceKeysMax, pieceKeysMax + 1].map(sizes)).toEqual([[], [1], [pieceKeysMax], [pieceKeysMax, 1]]);
});

test('a redo of many keys is made some at a time, and so is what it is placed by', () => {
  const count = 3 * rowsBetweenYields + 5;
  const ids = Array.from({ length: count }, (_, i) => i);
  const three = [rowsBetweenYields, rowsBetweenYields, rowsBetweenYields];
  const table = new VersionedTable(0);
  for (const id of ids) table.reserve(id, id);
  expect(pieces(table.redo(1000, { ids, values: ids }))).toEqual(three);
  const changes = { ids: [], values: [], placed: byId(ids, ids) };
  expect(pieces(new VersionedTable(0).commit(1000, changes))).toEqual(three);

  const state = mapped();
  workOut([state], 1000, [[1000, ids.map((id): Pair => [id, 1])]]);
  // Once for what has changed, once for what of that is new.
  expect(pieces(state.redo({ withResults: false }))).toEqual([...three, ...three]);
});

describe('a reader of an old version', () => {
  const count = 3 * rowsBetweenYields;
  const many = (name: string, value: unknown): readonly Pair[] =>
    Array.from({ length: count }, (_, i): Pair => [`${name} ${i}`, value]);

  test.each([0, 1, 2])('finds its keys though others get their ids when it has read %i pieces', (read) => {
    const [original, again] = [updated(), updated()];
    const redo = (timeMs: number, pairs: readonly Pair[]): Redo => redoOf(original, timeMs, [[timeMs, pairs]]);
    const comes = redo(1000, many('old', 1));
    const goes = redo(2000, many('old', undefined));
    original.release(1000);
    const others = redo(3000, many('new', 2));
    expect(new Set(others.keys.ids)).toEqual(new Set(comes.keys.ids));

    replay(again, comes);
    replay(again, goes);
    const reader = again.table.chunks(1000);
    const seen: Pair[] = [];
    for (let i = 0; i < read; i++) seen.push(...(reader.next().value as Pair[]));
    const committing = again.table.commit(3000, changesOf(others));
    for (let isMade = false; !isMade; ) {
      isMade = committing.next().done === true; // Some more of them have their ids.
      const piece = reader.next();
      if (piece.done !== true) seen.push(...piece.value);
    }
    for (const rows of reader) seen.push(...rows);
    expect(sorted(seen)).toEqual(sorted(many('old', 1)));
    expect(entries(again.table)).toEqual(sorted(many('new', 2)));
    again.release(2000);
    expect([again.table.find('old 5'), again.table.find('new 5')]).toEqual([undefined, original.table.find('new 5')]);
  });
});

test('the first key at an id is read in the oldest version, whoever has stood there since', () => {
  const table = new VersionedTable(0);
  const put = (timeMs: number, key: string): void =>
    done(table.commit(timeMs, { ids: [0], values: [timeMs], placed: byId([0], [key]) }));
  const leave = (timeMs: number): void => done(table.commit(timeMs, { ids: [0], values: [absent] }));
  put(1000, 'a');
  leave(2000);
  put(3000, 'b');
  leave(4000);
  put(5000, 'c');
  const versions = [1000, 2000, 3000, 4000, 5000].map((timeMs) => entries(table, timeMs));
  expect(versions).toEqual([[['a', 1000]], [], [['b', 3000]], [], [['c', 5000]]]);
});

describe('an image of many keys', () => {
  const count = 2 * pieceKeysMax + 5;
  const many: readonly Pair[] = Array.from({ length: count }, (_, i): Pair => [`key ${i}`, i + 1]);
  const kinds: readonly (readonly [string, () => Keeper])[] = [
    ['updated state', updated],
    ['mapped state', () => mapped(sum, 1500)],
    ['a window with an inverse', inverse],
    ['one without', ring],
  ];

  test.each(kinds)('of %s is given some at a time, and is the same again', (_name, make) => {
    const [keeper, again] = [make(), make()];
    step([keeper], 1000, [[1000, many]]);
    step([keeper], 2000, [[2000, many.slice(5)]]);
    const pieces = [...keeper.image().pieces()];
    for (const { keys, put, slots = [], touches = [] } of pieces) {
      const ids = idsIn([keys, put, ...slots]);
      expect(Math.max(ids.length / 2, touches[0]?.ids.length ?? 0)).toBeLessThanOrEqual(pieceKeysMax);
    }
    const touched = pieces.flatMap(({ touches = [] }) => touches.flatMap(({ ids }) => [...ids]));
    expect(new Set(touched).size).toBe(touched.length);
    for (const piece of pieces) replay(again, piece);
    const same = (): void => expect(entries(again.table)).toEqual(entries(keeper.table));
    same();
    const before = entries(keeper.table);
    for (const each of [keeper, again]) step([each], 3000, [[3000, many.slice(0, 3)]]);
    same();
    expect(entries(again.table, 2000)).toEqual(before);
    for (const each of [keeper, again]) step([each], 4000, []);
    same();
  });

  test.each(kinds)('of %s is what was, however that goes on', (_name, make) => {
    const [keeper, twin, again] = [make(), make(), make()];
    for (const each of [keeper, twin]) {
      for (const timeMs of [1000, 2000]) step([each], timeMs, [[timeMs, many]]);
    }
    const pieces = keeper.image().pieces();
    for (let timeMs = 3000; timeMs <= 8000; timeMs += 1000) {
      step([keeper], timeMs, [[timeMs, many.map(([key], i): Pair => [key, i % 2 === 0 ? timeMs : undefined])]]);
    }
    for (const piece of pieces) replay(again, piece);
    for (const timeMs of [3000, 4000, 5000]) {
      expect(entries(again.table)).toEqual(entries(twin.table));
      for (const each of [twin, again]) step([each], timeMs, [[timeMs, many.slice(0, 3)]]);
    }
  });

  test('has no touch of a key that is gone', () => {
    const state = mapped((timeMs, _key, _value, own) => {
      if (timeMs === 1000) own.update(1);
      else own.remove();
      return absent;
    }, 5000);
    step([state], 1000, [[1000, many]]);
    step([state], 2000, [[2000, many.slice(1)]]);
    const pieces = [...state.image().pieces()];
    expect(pieces.flatMap(({ touches = [] }) => touches)).toEqual([{ timeMs: 1000, ids: new Int32Array([0]) }]);
  });

  test('is one piece at least, which says of which version it is', () => {
    const again = updated();
    const state = updated();
    step([state], 3000, []);
    for (const piece of state.image().pieces()) replay(again, piece);
    expect([again.table.timeMs, entries(again.table)]).toEqual([3000, []]);
  });
});
