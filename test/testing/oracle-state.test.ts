import { describe, expect, test } from 'vitest';
import type { Time } from '../../src/core/time.ts';
import { Failure, Mistake, operator, type Stream, source, Thrown } from '../../src/testing/oracle.ts';
import { map } from '../../src/testing/oracle-rows.ts';
import {
  type Mapping,
  mapWithState,
  type State,
  stateSnapshots,
  type Update,
  updateStateByKey,
} from '../../src/testing/oracle-state.ts';

// State worked out by hand.

type Pair = readonly [string, number];

const broken = new Error('broken');
const thrown = [new Thrown(broken)];

/** One row of the value 1 for each letter; null for no RDD. */
function letters(...batches: readonly (string | null)[]): Stream<Pair> {
  return source(batches.map((batch) => (batch === null ? null : [...batch].map((letter): Pair => [letter, 1]))));
}

const sum: Update<string, number, number> = {
  form: 'values',
  f: (values, state) => values.reduce((a, b) => a + b, state ?? 0),
};

describe('updateStateByKey', () => {
  test('shows all keys after every batch, also those without new values', () => {
    expect(updateStateByKey(letters('a', 'ab', '', 'b'), sum).batches).toEqual([
      [['a', 1]],
      [
        ['a', 2],
        ['b', 1],
      ],
      [
        ['a', 2],
        ['b', 1],
      ],
      [
        ['a', 2],
        ['b', 2],
      ],
    ]);
  });

  test('removes a key whose function returns nothing; it begins anew when it comes back', () => {
    const untilThree: Update<string, number, number> = {
      form: 'values',
      f: ({ length }, state = 0) => (state + length >= 3 ? undefined : state + length),
    };
    expect(updateStateByKey(letters('a', 'aa', 'a', ''), untilThree).batches).toEqual([
      [['a', 1]],
      [],
      [['a', 1]],
      [['a', 1]],
    ]);
  });

  test('calls the function once for each key that has state or values, with an empty list where it has none', () => {
    const calls: unknown[] = [];
    const noted: Update<string, number, number> = {
      form: 'withTime',
      f: (time: Time, key, values, state) => {
        calls.push([time.milliseconds, key, values, state]);
        return (state ?? 0) + values.length;
      },
    };
    updateStateByKey(letters(null, 'aa', null, 'b'), noted, [['z', 7]]);
    expect(calls).toEqual([
      [2000, 'z', [], 7],
      [2000, 'a', [1, 1], undefined],
      [3000, 'z', [], 7],
      [3000, 'a', [], 2],
      [4000, 'z', [], 7],
      [4000, 'a', [], 2],
      [4000, 'b', [1], undefined],
    ]);
  });

  test('gives nothing before the first batch that is there, and always something afterwards', () => {
    expect(updateStateByKey(letters(null, null, 'a', '', null), sum).batches).toEqual([
      null,
      null,
      [['a', 1]],
      [['a', 1]],
      [['a', 1]],
    ]);
    expect(updateStateByKey(letters(null, ''), sum, [['a', 5]]).batches).toEqual([null, [['a', 5]]]);
  });

  test('may give other keys, of which the next batch knows', () => {
    const moved: Update<string, number, number> = {
      form: 'iterator',
      f: function* (keys) {
        for (const [key, values, state = 0] of keys) if (key !== 'x') yield [`${key}'`, state + values.length];
      },
    };
    expect(updateStateByKey(letters('ax', 'a'), moved).batches).toEqual([
      [["a'", 1]],
      [
        ["a''", 1],
        ["a'", 1],
      ],
    ]);
  });

  test('fails from the batch on whose step throws, or misses a row', () => {
    const atThree: Update<string, number, number> = {
      form: 'values',
      f: ({ length }, state = 0) => {
        if (length === 3) throw broken;
        return state + length;
      },
    };
    expect(updateStateByKey(letters('a', 'aaa', 'a', ''), atThree).batches).toEqual([
      [['a', 1]],
      thrown,
      thrown,
      thrown,
    ]);
    const missing = map(letters('a', 'b', 'a'), (row) => {
      if (row[0] === 'b') throw broken;
      return row;
    });
    expect(updateStateByKey(missing, sum).batches).toEqual([[['a', 1]], thrown, thrown]);
    const promise: Update<string, number, number> = { form: 'values', f: () => Promise.resolve(1) as never };
    expect(updateStateByKey(letters('a'), promise).batches).toEqual([[new Thrown(new Mistake('returned-promise'))]]);
  });

  test('is refused from the batch on that is', () => {
    const refused = operator([letters('a', 'b', 'c')], { withoutParent: 'none' }, ([rows = []], time) => {
      if (time.milliseconds === 2000) throw broken;
      return rows;
    });
    const failure = new Failure([broken]);
    expect(updateStateByKey(refused, sum).batches).toEqual([[['a', 1]], failure, failure]);
    expect(mapWithState(refused, counting).batches).toEqual([[['a', 1]], failure, failure]);
  });
});

const counting: Mapping<string, number, number, Pair | undefined> = {
  emits: 'if defined',
  f: (_time, key, value, state) => {
    if (value === undefined) return [key, 0 - state.get()];
    state.update((state.getOption() ?? 0) + value);
    return [key, state.get()];
  },
};

describe('mapWithState', () => {
  test('is called for each row, with the state that the row before left', () => {
    expect(mapWithState(letters('aba', '', 'a'), counting).batches).toEqual([
      [
        ['a', 1],
        ['b', 1],
        ['a', 2],
      ],
      [],
      [['a', 3]],
    ]);
  });

  test('has all keys in its snapshots, from the first batch on, and the initial state', () => {
    const mapping = { ...counting, initial: [['z', 5] as const] };
    expect(stateSnapshots(letters(null, 'ab', null, 'a'), mapping).batches).toEqual([
      [['z', 5]],
      [
        ['z', 5],
        ['a', 1],
        ['b', 1],
      ],
      [
        ['z', 5],
        ['a', 1],
        ['b', 1],
      ],
      [
        ['z', 5],
        ['b', 1],
        ['a', 2],
      ],
    ]);
    expect(mapWithState(letters(null, ''), mapping).batches).toEqual([[], []]);
  });

  test('shows nothing of what the function makes where that is undefined, unless it shows all', () => {
    const silent = { ...counting, f: () => undefined };
    expect(mapWithState(letters('ab'), silent).batches).toEqual([[]]);
    expect(mapWithState(letters('ab'), { ...silent, emits: 'always' }).batches).toEqual([[undefined, undefined]]);
  });

  test('removes a key when it is told to, and makes it again', () => {
    const toggling: Mapping<string, number, number, string | undefined> = {
      emits: 'if defined',
      f: (_time, key, value, state) => {
        if (!state.exists()) return void state.update(value as number);
        state.remove();
        return key;
      },
    };
    const input = letters('a', 'ab', 'a', 'bb');
    expect(mapWithState(input, toggling).batches).toEqual([[], ['a'], [], ['b']]);
    expect(stateSnapshots(input, toggling).batches).toEqual([
      [['a', 1]],
      [['b', 1]],
      [
        ['b', 1],
        ['a', 1],
      ],
      [
        ['a', 1],
        ['b', 1],
      ],
    ]);
  });
});

describe('a time-out', () => {
  const mapping = { ...counting, timeoutMs: 2000 };

  test('comes in the first batch that is more than its length behind the last row of the key', () => {
    const input = letters('ab', 'b', '', '', '', '');
    expect(mapWithState(input, mapping).batches).toEqual([
      [
        ['a', 1],
        ['b', 1],
      ],
      [['b', 2]],
      [],
      [['a', -1]],
      [['b', -2]],
      [],
    ]);
    expect(stateSnapshots(input, mapping).batches.slice(2)).toEqual([
      [
        ['a', 1],
        ['b', 2],
      ],
      [['b', 2]],
      [],
      [],
    ]);
  });

  test('comes where there is no RDD, and counts the initial state as touched in the first batch', () => {
    const initial = { ...mapping, initial: [['z', 5] as const] };
    expect(mapWithState(letters(null, null, null, null), initial).batches).toEqual([[], [], [], [['z', -5]]]);
  });

  test('spares a key that has a row in the batch, also one that leaves its state alone', () => {
    const looking = {
      ...mapping,
      f: (...[time, key, value, state]: Parameters<typeof counting.f>) => {
        return value !== undefined && state.exists() ? undefined : counting.f(time, key, value, state);
      },
    };
    const input = letters('a', '', 'a', 'a', '', '', '');
    expect(mapWithState(input, looking).batches).toEqual([[['a', 1]], [], [], [], [], [], [['a', -1]]]);
    expect(mapWithState(letters('a', '', '', 'a'), mapping).batches.at(-1)).toEqual([['a', 2]]);
  });
});

describe('the state of a key', () => {
  /** What a row and then a time-out make of the state in their hands. */
  function handled(use: (state: State<number>, value: number | undefined) => unknown, ...batches: string[]): unknown {
    const mapping: Mapping<string, number, number, unknown> = {
      emits: 'always',
      timeoutMs: 1000,
      f: (_time, _key, value, state) => use(state, value),
    };
    return mapWithState(letters(...batches), mapping).batches;
  }
  const mistake = [new Thrown(new Mistake('state'))];

  test('can be asked for', () => {
    const asked = handled(
      (state) => {
        const before = [state.exists(), state.getOption(), state.isTimingOut()];
        if (!state.isTimingOut()) state.update(7);
        return [...before, state.get()];
      },
      'aa',
      '',
      '',
    );
    expect(asked).toEqual([
      [
        [false, undefined, false, 7],
        [true, 7, false, 7],
      ],
      [],
      [[true, 7, true, 7]],
    ]);
  });

  test('that is not there cannot be got, but be removed once', () => {
    expect(handled((state) => state.get(), 'a')).toEqual([mistake]);
    expect(handled((state) => state.remove(), 'a')).toEqual([[undefined]]);
  });

  test('that is removed, or timing out, is neither updated nor removed', () => {
    for (const last of [(state: State<number>) => state.update(1), (state: State<number>) => state.remove()]) {
      const removing = (state: State<number>): void => {
        state.remove();
        last(state);
      };
      expect(handled(removing, 'a')).toEqual([mistake]);
      const atTheEnd = (state: State<number>, value: number | undefined): void =>
        value === undefined ? last(state) : state.update(1);
      expect(handled(atTheEnd, 'a', '', '', '')).toEqual([[undefined], [], mistake, mistake]);
    }
  });
});
