import { alignedTable, markdownTable, short } from '../tables.ts';
import { counted, isComplete, type Judged, judge, type Measure, othersOf, quietCores, repeats } from './judged.ts';
import type { KeptRow } from './kept.ts';

/** A row for the terminal. */
export function textOfRow(row: KeptRow): string {
  const lines = alignedTable([heading, ...cellsOf(row)]);
  return [`${row.title} (${row.row})`, `  ${circumstances(row)}`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** The section of docs/performance.md about Spark; empty where there is no row. */
export function sparkSection(rows: readonly KeptRow[]): string {
  if (rows.length === 0) return '';
  return [introduction, picture, summaryOf(rows), ...rows.map(partOf)].join('\n\n');
}

const introduction = `## Beside Apache Spark

Real Spark 4.3 (\`pyspark==4.3.0\`, its DStreams driven from Java, \`local[2]\`) and firesteel (one thread), in turns,
A B A B, on the same files on the same machine. \`npm run bench:spark\` fetches Spark, makes the data and measures
what is not complete in \`bench/results/spark.json\`; it goes on where it was interrupted.

- Each run is a process of its own; both read each batch from a file in the page cache, both give the same or the
  run fails (what comes over a socket is not compared), and the first batches are not counted. Spark's heap may be
  4 GiB, of which it takes more than it needs. Throughput is records over the sum of the times of the batches,
  which run back to back; it is of the engine, not of a source.
- *Plain closures* are called for every row, as any function is that the engine does not know
  (\`firesteel.executor.kernels\` is false); *recognised* are the same closures with kernels on; *described* are
  \`splitOn\`, \`pairWith\`, \`sum\` and \`contains\`.
- State is made safe on both sides: Spark writes its checkpoint every 10 batches, as by default at batches of 1 s;
  firesteel seals every batch. Its time there is all the time from one sealed batch to the next.
- *Must* and *aim* are how many times better than Spark firesteel has to be, or what it has to reach by itself.
- A turn counts when others used at most ${quietCores} cores of the machine meanwhile. A disturbed one is repeated;
  a row that had to be repeated ${repeats} times is kept with its least disturbed turns, marked *noisy*, and judged
  by the ratios of its pairs instead of by the ratio of its medians. So is one that is *not complete* yet. Where
  others use a core, Spark's two threads lose more than the one of firesteel, and the ratio looks better than it is.`;

const picture = '![How many times better than Spark firesteel is, by row](performance/beside-spark.svg)';

/** One line a row: what is promised of it. */
function summaryOf(rows: readonly KeptRow[]): string {
  const lines = rows.flatMap((row) =>
    judgedOf(row)
      .filter(({ verdict }) => verdict !== undefined)
      .map((judged) => [
        `${row.row}: ${judged.measure.name}${isNoisy(row) ? ' (noisy)' : ''}`,
        ...valuesOf(judged),
        boundOf(judged.measure, 'must'),
        boundOf(judged.measure, 'aim'),
        judged.verdict ?? '',
      ]),
  );
  return markdownTable([['row', 'Spark', 'firesteel', 'times better', 'must', 'aim', 'verdict'], ...lines]);
}

function partOf(row: KeptRow): string {
  return `### ${row.title}\n\n${circumstances(row)}\n\n${markdownTable([heading, ...cellsOf(row)])}`;
}

const heading = ['figure', 'Spark', 'quartiles', 'firesteel', 'quartiles', 'times better', 'must', 'aim', 'verdict'];

function cellsOf(row: KeptRow): readonly (readonly string[])[] {
  return judgedOf(row).map((judged) => {
    const { measure, spark, firesteel, verdict } = judged;
    const [ofSpark = '', ours = '', times = ''] = valuesOf(judged);
    return [
      measure.name,
      ofSpark,
      quartilesOf(spark),
      ours,
      quartilesOf(firesteel),
      times,
      boundOf(measure, 'must'),
      boundOf(measure, 'aim'),
      verdict ?? '',
    ];
  });
}

/** Every measure of a row, over the turns that count. */
export function judgedOf({ measures, turns, wanted }: KeptRow): readonly Judged[] {
  const { turns: counting, isNoisy: noisy } = counted(turns, wanted);
  return measures.map((measure) => judge(measure, counting, noisy));
}

function isNoisy({ turns, wanted }: KeptRow): boolean {
  return counted(turns, wanted).isNoisy;
}

function valuesOf({ measure, spark, firesteel, times }: Judged): readonly string[] {
  const text = (spread: Judged['spark']): string =>
    spread === undefined ? '' : `${short(spread.median)} ${measure.unit}`;
  return [text(spark), text(firesteel), times === undefined ? '' : `${short(times)} ×`];
}

function quartilesOf(spread: Judged['spark']): string {
  return spread === undefined ? '' : `${short(spread.lowerQuartile)} – ${short(spread.upperQuartile)}`;
}

function boundOf({ timesSpark, reach, unit, better }: Measure, which: 'must' | 'aim'): string {
  const times = timesSpark?.[which];
  if (times !== undefined) return `${times} ×`;
  const value = reach?.[which];
  return value === undefined ? '' : `${better === 'more' ? '≥' : '≤'} ${value} ${unit}`;
}

function circumstances(row: KeptRow): string {
  const { turns } = counted(row.turns, row.wanted);
  const others = turns.map((turn) => othersOf(turn) ?? 0);
  const busy =
    others.length === 0 ? '' : `; others used ${short(Math.min(...others))} to ${short(Math.max(...others))} cores`;
  const noisy = isNoisy(row) ? '; noisy' : '';
  const made = `${turns.length} of ${row.turns.length} turns count`;
  const unfinished = isComplete(row.turns, row.wanted) ? '' : `; not complete, ${row.wanted} quiet turns are wanted`;
  return `${row.date}, Node ${row.node}, Java ${row.java}, ${row.machine}; ${made}${busy}${noisy}${unfinished}.`;
}
