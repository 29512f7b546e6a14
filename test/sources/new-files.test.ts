import { describe, expect, test } from 'vitest';
import type { ListedFile } from '../../src/sources/file-list.ts';
import { NewFiles } from '../../src/sources/new-files.ts';

const listing = (files: Readonly<Record<string, number>>): readonly ListedFile[] =>
  Object.entries(files).map(([path, mtimeMs]) => ({ path, mtimeMs }));

/** A stream that began at 10 s, with 60 s to remember; nothing was there. */
function began(there: Readonly<Record<string, number>> = {}): NewFiles {
  const files = new NewFiles(10_000, 60_000);
  files.begin(listing(there));
  return files;
}

describe('a batch has', () => {
  test('files that were changed after the stream began, and no later than the batch', () => {
    const there = { before: 9_999, exactly: 10_000, after: 10_001, now: 12_000, later: 12_001 };
    expect(began(there).take(12_000, listing(there))).toEqual(['after', 'now']);
  });

  test('no file that was changed longer ago than is remembered, unless it appears', () => {
    const there = { old: 100_000, young: 100_001 };
    expect(began(there).take(160_000, listing(there))).toEqual(['young']);
    expect(began().take(160_000, listing(there))).toEqual(['old', 'young']);
  });

  test('files that were moved in, however old they are, where Spark would never read them', () => {
    const files = began({ there: 0 });
    expect(files.take(12_000, listing({ there: 0, moved: 0 }))).toEqual(['moved']);
    expect(files.take(14_000, listing({ there: 0, moved: 0, again: 5 }))).toEqual(['again']);
  });

  test('a file of the future once its time has come, even after many batches', () => {
    const files = began({ there: 90_000 });
    const coming = listing({ there: 90_000, moved: 100_000 });
    for (let timeMs = 12_000; timeMs < 90_000; timeMs += 2_000) expect(files.take(timeMs, coming)).toEqual([]);
    expect(files.take(90_000, coming)).toEqual(['there']);
    expect(files.take(100_000, coming)).toEqual(['moved']);
  });

  test('its files in the order of the listing', () => {
    expect(began().take(12_000, listing({ b: 3, a: 11_000, c: 2 }))).toEqual(['b', 'a', 'c']);
  });
});

describe('a file that was read', () => {
  test('is not read again while it is remembered, though it changes', () => {
    const files = began();
    expect(files.take(12_000, listing({ a: 12_000 }))).toEqual(['a']);
    for (let timeMs = 14_000; timeMs <= 72_000; timeMs += 2_000) {
      expect(files.take(timeMs, listing({ a: timeMs }))).toEqual([]);
    }
  });

  test('is read again when it changed and is remembered no more, and not when it did not', () => {
    const [changed, same] = [began(), began()];
    for (const each of [changed, same]) each.take(12_000, listing({ a: 12_000 }));
    changed.take(74_000, listing({ a: 12_000 }));
    expect(changed.take(76_000, listing({ a: 70_000 }))).toEqual(['a']);
    same.take(74_000, listing({ a: 12_000 }));
    expect(same.take(76_000, listing({ a: 12_000 }))).toEqual([]);
  });

  test('is not read again when it was gone for a moment', () => {
    const files = began();
    files.take(12_000, listing({ a: 0 }));
    files.take(14_000, []);
    expect(files.take(16_000, listing({ a: 0 }))).toEqual([]);
  });

  test('makes way for another of its name once it has been gone for longer than is remembered', () => {
    const files = began();
    files.take(12_000, listing({ a: 0 }));
    for (let timeMs = 14_000; timeMs <= 74_000; timeMs += 2_000) files.take(timeMs, []);
    expect(files.take(76_000, listing({ a: 0 }))).toEqual(['a']);
  });
});

test('a file that was there at the start never counts as moved in, but as changed', () => {
  const files = began({ a: 0 });
  files.take(12_000, listing({ a: 0 }));
  for (let timeMs = 14_000; timeMs <= 80_000; timeMs += 2_000) files.take(timeMs, []);
  expect(files.take(82_000, listing({ a: 0 }))).toEqual([]);
  expect(files.take(84_000, listing({ a: 83_000 }))).toEqual(['a']);
});

test('where the start could not be listed, what is there first counts as there at the start', () => {
  const files = new NewFiles(10_000, 60_000);
  expect(files.take(12_000, listing({ old: 5, young: 11_000 }))).toEqual(['young']);
  expect(files.take(14_000, listing({ old: 5, young: 11_000, moved: 5 }))).toEqual(['moved']);
});

test('a batch that is asked for again has the same files', () => {
  const files = began();
  files.take(12_000, listing({ a: 11_000 }));
  files.take(14_000, listing({ a: 11_000 }));
  files.take(16_000, listing({ a: 11_000, b: 15_000 }));
  expect([12_000, 14_000, 16_000, 18_000].map((timeMs) => files.filesAt(timeMs))).toEqual([
    ['a'],
    [],
    ['b'],
    undefined,
  ]);
});

describe('a position', () => {
  test('tells since when, until when, and the files of the batches that are remembered', () => {
    const files = began();
    expect(files.position()).toEqual({ sinceMs: 10_000, untilMs: -1, batches: [] });
    files.take(12_000, listing({ a: 11_000 }));
    const early = files.position();
    files.take(14_000, []);
    files.take(72_000, listing({ a: 11_000, b: 71_000, c: 71_000 }));
    expect(early).toEqual({ sinceMs: 10_000, untilMs: 12_000, batches: [[12_000, ['a']]] });
    expect(files.position()).toEqual({
      sinceMs: 10_000,
      untilMs: 72_000,
      batches: [
        [12_000, ['a']],
        [72_000, ['b', 'c']],
      ],
    });
    files.take(74_000, listing({ a: 11_000 }));
    expect(files.position().batches).toEqual([[72_000, ['b', 'c']]]);
  });

  test('brings a stream back: the same batches, nothing read twice, and what came while it was away', () => {
    const before = began({ there: 9_000 });
    before.take(12_000, listing({ there: 9_000, a: 11_000 }));
    const after = new NewFiles(40_000, 60_000);
    after.restore(before.position());
    const now = listing({ there: 9_000, a: 11_000, away: 20_000 });
    after.begin(now);
    expect(after.filesAt(12_000)).toEqual(['a']);
    expect(after.filesAt(14_000)).toBe(undefined);
    expect(after.take(42_000, now)).toEqual(['away']);
  });
});

describe('notes', () => {
  const known = (from: NewFiles): NewFiles => {
    const after = new NewFiles(40_000, 60_000);
    after.restore(from.position());
    return after;
  };

  test('tell once what was there at the start, also that nothing was, and then what was read', () => {
    const files = began({ old: 9_000 });
    files.take(12_000, listing({ old: 9_000, a: 11_000 }));
    expect(files.note()).toEqual({ row: { old: ['old'], read: ['a'] }, isAll: true });
    expect(files.note()).toBe(undefined);
    files.take(14_000, listing({ old: 9_000, a: 11_000, b: 13_000 }));
    expect(files.note()).toEqual({ row: { old: [], read: ['b'] }, isAll: false });
    expect(began().note()).toEqual({ row: { old: [], read: [] }, isAll: true });
    expect(new NewFiles(10_000, 60_000).note()).toBe(undefined);
  });

  test('bring back what is known: another file is new, however old it is', () => {
    const before = began({ old: 9_000 });
    before.take(12_000, listing({ old: 9_000, a: 11_000 }));
    const after = known(before);
    after.restoreNotes([{ old: ['old'], read: ['a'] }]);
    const now = listing({ old: 9_000, a: 11_000, moved: 5 });
    after.begin(now);
    expect(after.take(142_000, now)).toEqual(['moved']);
    expect(after.note()).toEqual({ row: { old: ['old'], read: ['a', 'moved'] }, isAll: true });
  });

  test('leave out what is gone, once more was noted than is known', () => {
    const files = began();
    files.take(11_000, []);
    files.note();
    let isAll = false;
    let rows = 0;
    for (let timeMs = 12_000; !isAll; timeMs += 1_000) {
      const names = Array.from({ length: 100 }, (_, i) => [`${timeMs}-${i}`, timeMs]);
      files.take(timeMs, listing(Object.fromEntries(names)));
      const note = files.note();
      isAll = note?.isAll === true;
      rows = note?.row.read.length ?? 0;
      expect(timeMs).toBeLessThan(200_000);
    }
    expect(rows).toBe(61 * 100); // Those of as many seconds as are remembered.
  });
});
