import { describe, expect, test } from 'vitest';
import { State } from '../../src/state/state.ts';
import { absent } from '../../src/state/versioned-table.ts';

const begun = (value: unknown, isTimingOut = false): State<unknown> => new State<unknown>().begin(value, isTimingOut);

/** What a call is refused with, in full. */
function refusalOf(f: () => void): string {
  try {
    f();
  } catch (error) {
    return String(error);
  }
  throw new Error('it was not refused');
}

describe('a state', () => {
  test('of a key that has none says so, and cannot be got', () => {
    const state = begun(absent);
    expect([state.exists(), state.getOption(), state.isTimingOut()]).toEqual([false, undefined, false]);
    expect(refusalOf(() => state.get())).toMatchInlineSnapshot(`
      "UsageError: [STATE.MISSING] get() was called on a key without state.
        why  It is the first time that the key comes, or its state was removed.
        fix  Ask exists() first, or use getOption(), which gives undefined."
    `);
  });

  test('of a key that has one shows it, undefined too', () => {
    expect([begun(5).exists(), begun(5).get(), begun(5).getOption()]).toEqual([true, 5, 5]);
    expect([begun(undefined).exists(), begun(undefined).get()]).toEqual([true, undefined]);
  });

  test('that is left alone has no outcome', () => {
    expect(begun(5).outcome).toBeUndefined();
    expect(begun(5, true).outcome).toBeUndefined();
  });

  test('that is updated shows what it was updated to, however often', () => {
    const state = begun(absent);
    state.update(1);
    state.update(2);
    expect([state.exists(), state.get(), state.outcome, state.value]).toEqual([true, 2, 'updated', 2]);
  });

  test('that is removed is gone, and refuses what follows', () => {
    const state = begun(5);
    state.update(6);
    state.remove();
    expect([state.exists(), state.getOption(), state.outcome, state.value]).toEqual([
      false,
      undefined,
      'removed',
      absent,
    ]);
    expect(refusalOf(() => state.update(1))).toMatchInlineSnapshot(`
      "UsageError: [STATE.UPDATE_REFUSED] update() was called on a state that cannot change: it was removed in this call.
        why  The state of a key ends with its removal, and with its time-out.
        fix  Ask isTimingOut() first; to begin anew, update() instead of remove()."
    `);
    expect(refusalOf(() => state.remove())).toMatchInlineSnapshot(`
      "UsageError: [STATE.UPDATE_REFUSED] remove() was called on a state that cannot change: it was removed in this call.
        why  The state of a key ends with its removal, and with its time-out.
        fix  Ask isTimingOut() first; to begin anew, update() instead of remove()."
    `);
  });

  test('that times out refuses to change', () => {
    const state = begun(5, true);
    expect([state.isTimingOut(), state.get()]).toEqual([true, 5]);
    expect(refusalOf(() => state.update(1))).toMatchInlineSnapshot(`
      "UsageError: [STATE.UPDATE_REFUSED] update() was called on a state that cannot change: the key is timing out.
        why  The state of a key ends with its removal, and with its time-out.
        fix  Ask isTimingOut() first; to begin anew, update() instead of remove()."
    `);
    expect(refusalOf(() => state.remove())).toMatchInlineSnapshot(`
      "UsageError: [STATE.UPDATE_REFUSED] remove() was called on a state that cannot change: the key is timing out.
        why  The state of a key ends with its removal, and with its time-out.
        fix  Ask isTimingOut() first; to begin anew, update() instead of remove()."
    `);
  });

  test('begins anew for every call', () => {
    const state = begun(5);
    state.remove();
    expect(state.begin(absent, true)).toBe(state);
    expect([state.outcome, state.isTimingOut(), state.exists()]).toEqual([undefined, true, false]);
    state.begin(1, false).update(2);
    expect([state.begin(3, false).outcome, state.get()]).toEqual([undefined, 3]);
  });
});
