import { expect, test } from 'vitest';
import type { Recorded } from '../../bench/recording.ts';
import { alignedTable, markdownTable, performancePage } from '../../bench/tables.ts';

const lines = [
  ['figure', 'median'],
  ['floor', '0.3 ms'],
  ['word count', '1100 ms'],
];

test('a table for the terminal has its first column to the left and the others to the right', () => {
  expect(alignedTable(lines)).toEqual(['figure       median', 'floor        0.3 ms', 'word count  1100 ms']);
});

test('a table of Markdown has a rule below its heading', () => {
  expect(markdownTable(lines)).toBe(
    '| figure | median |\n| --- | ---: |\n| floor | 0.3 ms |\n| word count | 1100 ms |',
  );
});

test('the page has the section about Spark before the rows', () => {
  const row: Recorded = {
    row: 'growth',
    title: 'How cost grows',
    date: '2026-01-31',
    node: '20.19.0',
    machine: '2 × CPU, 8 GiB',
    coresOfOthers: null,
    figures: [{ name: 'a line', unit: 'µs', median: 1, lowerQuartile: 1, upperQuartile: 2, runs: 3, under: 2 }],
  };
  const page = performancePage([row], '## Beside Apache Spark');
  const rest = page.slice(page.indexOf('## Beside'));
  expect(rest).toMatchInlineSnapshot(`
    "## Beside Apache Spark

    ## How cost grows

    2026-01-31, Node 20.19.0, 2 × CPU, 8 GiB; how busy it was is unknown.

    ![What a line costs, by the size of its batch](performance/growth.svg)

    | figure | median | quartiles | runs | bound | kept |
    | --- | ---: | ---: | ---: | ---: | ---: |
    | a line | 1 µs | 1 – 2 | 3 | < 2 µs | ok |
    "
  `);
  expect(performancePage([row], '')).toBe(page.replace('## Beside Apache Spark\n\n', ''));
});
