import { expect, test } from 'vitest';
import type { KeptRow } from '../../bench/spark/kept.ts';
import { sparkSection, textOfRow } from '../../bench/spark/section.ts';

const row: KeptRow = {
  row: 'wordcount',
  title: 'Word count',
  wanted: 1,
  measures: [
    {
      name: 'throughput',
      unit: 'M lines/s',
      value: 'throughput',
      better: 'more',
      timesSpark: { must: 1.1, aim: 1.3 },
    },
    { name: 'memory', unit: 'MiB', value: 'peakMiB', better: 'less', reach: { must: 350 } },
    { name: 'checkpoint', unit: 'ms', value: 'checkpointMs', better: 'less' },
  ],
  date: '2026-01-31',
  machine: '2 × CPU, 8 GiB',
  node: '20.19.0',
  java: '17.0.1',
  turns: [
    {
      spark: { values: { throughput: 0.5, peakMiB: 900, checkpointMs: 70 }, coresOfOthers: 0.05 },
      firesteel: { values: { throughput: 0.6, peakMiB: 400 }, coresOfOthers: 0.1 },
    },
    {
      spark: { values: { throughput: 0.1, peakMiB: 900 }, coresOfOthers: 1.5 },
      firesteel: { values: { throughput: 0.6, peakMiB: 300 }, coresOfOthers: 0.1 },
    },
  ],
};

test('a row is shown with what is promised of it', () => {
  expect(textOfRow(row)).toMatchInlineSnapshot(`
    "Word count (wordcount)
      2026-01-31, Node 20.19.0, Java 17.0.1, 2 × CPU, 8 GiB; 1 of 2 turns count; others used 0.1 to 0.1 cores.
      figure              Spark  quartiles      firesteel  quartiles  times better       must    aim  verdict
      throughput  0.5 M lines/s  0.5 – 0.5  0.6 M lines/s  0.6 – 0.6         1.2 ×      1.1 ×  1.3 ×     kept
      memory            900 MiB  900 – 900        400 MiB  400 – 400        2.25 ×  ≤ 350 MiB          missed
      checkpoint          70 ms    70 – 70
    "
  `);
});

test('the section of the page begins with all that is promised, and has a part for each row', () => {
  const section = sparkSection([row]);
  expect(section.slice(section.indexOf('| row |'))).toMatchInlineSnapshot(`
    "| row | Spark | firesteel | times better | must | aim | verdict |
    | --- | ---: | ---: | ---: | ---: | ---: | ---: |
    | wordcount: throughput | 0.5 M lines/s | 0.6 M lines/s | 1.2 × | 1.1 × | 1.3 × | kept |
    | wordcount: memory | 900 MiB | 400 MiB | 2.25 × | ≤ 350 MiB |  | missed |

    ### Word count

    2026-01-31, Node 20.19.0, Java 17.0.1, 2 × CPU, 8 GiB; 1 of 2 turns count; others used 0.1 to 0.1 cores.

    | figure | Spark | quartiles | firesteel | quartiles | times better | must | aim | verdict |
    | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | throughput | 0.5 M lines/s | 0.5 – 0.5 | 0.6 M lines/s | 0.6 – 0.6 | 1.2 × | 1.1 × | 1.3 × | kept |
    | memory | 900 MiB | 900 – 900 | 400 MiB | 400 – 400 | 2.25 × | ≤ 350 MiB |  | missed |
    | checkpoint | 70 ms | 70 – 70 |  |  |  |  |  |  |"
  `);
});

test('a row whose turns were all disturbed is called noisy', () => {
  const noisy = { ...row, turns: row.turns.slice(1) };
  expect(sparkSection([noisy])).toContain('| wordcount: throughput (noisy) |');
  expect(textOfRow(noisy)).toContain('1 of 1 turns count; others used 1.5 to 1.5 cores; noisy; not complete,');
});

test('there is no section without rows', () => {
  expect(sparkSection([])).toBe('');
});
