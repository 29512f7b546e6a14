import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DataFacts, type DataScale, makeData } from '../../bench/spark/data.ts';

const scale: DataScale = { files: 2, lines: 200, keys: [50], updates: 30 };
let folder = '';
let facts: DataFacts;
const said: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-'));
  facts = makeData(folder, scale, (text) => said.push(text));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  said.length = 0;
});

const linesOf = (...path: readonly string[]): string[] => {
  const text = readFileSync(join(folder, ...path), 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
};

describe('the data for both engines', () => {
  test('is text of which the facts are true', () => {
    for (const [file, told] of facts.text.entries()) {
      const lines = linesOf('text', `lines-0${file}.txt`);
      const words = lines.flatMap((line) => line.split(' '));
      const counts = new Map<string, number>();
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
      expect([lines.length, words.length]).toEqual([200, 2000]);
      expect(told).toEqual({
        bytes: lines.join('\n').length + 1,
        matches: lines.filter((line) => line.includes(facts.pattern)).length,
        distinct: counts.size,
        topCount: Math.max(...counts.values()),
      });
    }
  });

  test('is the same bytes every time', () => {
    expect(linesOf('text', 'lines-00.txt')[0]).toMatchInlineSnapshot(
      `"efemeq ihsly dtropuj xhqwa ehvt tae dbnd vuartwbb fcjhtbur ipnmunxoa"`,
    );
    expect(linesOf('keys-50', 'upd-01.txt').slice(0, 8)).toMatchInlineSnapshot(`
      [
        "37",
        "44",
        "42",
        "13",
        "24",
        "5",
        "49",
        "18",
      ]
    `);
  });

  test('has each key once, then updates of keys among them', () => {
    expect(linesOf('keys-50', 'init.txt')).toEqual(Array.from({ length: 50 }, (_, key) => String(key)));
    const updates = linesOf('keys-50', 'upd-00.txt').map(Number);
    expect(updates.length).toBe(30);
    expect(updates.every((key) => key >= 0 && key < 50)).toBe(true);
  });

  test('is made again only when it is to be another amount', () => {
    writeFileSync(join(folder, 'text', 'lines-00.txt'), '');
    expect(makeData(folder, scale, (text) => said.push(text))).toEqual(facts);
    expect(said.length).toBe(1);
    makeData(folder, { ...scale, lines: 100 }, (text) => said.push(text));
    expect(linesOf('text', 'lines-00.txt').length).toBe(100);
    expect(said.length).toBe(2);
  });
});
