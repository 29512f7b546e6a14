import type { Figure } from './harness.ts';
import type { Recorded } from './recording.ts';

/** A row for the terminal. */
export function textOf(row: Recorded): string {
  const lines = alignedTable([heading, ...row.figures.map(cellsOf)]);
  return [`${row.title} (${row.row})`, `  ${circumstances(row)}`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** Lines for the terminal, the first column to the left, the others to the right. */
export function alignedTable(lines: readonly (readonly string[])[]): readonly string[] {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines.map((cells) =>
    cells
      .map((cell, column) => pad(cell, widths[column] ?? 0, column))
      .join('  ')
      .trimEnd(),
  );
}

/** The same as a table of Markdown; the first line is its heading. */
export function markdownTable([head = [], ...lines]: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** docs/performance.md, whole; `besideSpark` is its section about Spark, where there is one. */
export function performancePage(rows: readonly Recorded[], besideSpark: string): string {
  return [introduction, ...(besideSpark === '' ? [] : [besideSpark]), ...rows.map(sectionOf)].join('\n\n').concat('\n');
}

const introduction = `# Performance

What firesteel costs, measured. \`npm run bench -- --write\` measures everything again (a quarter of an hour, and
2 GiB of memory for the plain arrays) and writes this page from the figures that it keeps in
\`bench/results/latest.json\`. With \`--rows throughput\` it measures one row and keeps the others, with \`--rows ''\`
it measures none; \`--quick\` only shows that the programs run.

How to read it:

- Every figure is the median of its runs, with the quartiles beside it. A bound is what firesteel promises; a figure
  without one is there to compare.
- What runs in one process runs in turns, A B A B, after a round to warm up; ratios are taken pair by pair. Below 1 ×
  firesteel took less.
- Processor time is of all threads of the process, the garbage collector's and the compiler's included. It moves less
  than time does when the machine is busy: each row says how many cores others used while it ran.
- The text is 10 words a line, drawn from 10,000 words by Zipf's law. The functions are the ones of the word count, and
  all programs give the same counts or the run fails.`;

function sectionOf(row: Recorded): string {
  const table = markdownTable([heading, ...row.figures.map(cellsOf)]);
  const picture = pictures[row.row];
  return [`## ${row.title}`, circumstances(row), ...(picture === undefined ? [] : [picture]), table].join('\n\n');
}

/** By row. */
const pictures: Readonly<Record<string, string>> = {
  growth: '![What a line costs, by the size of its batch](performance/growth.svg)',
};

const heading = ['figure', 'median', 'quartiles', 'runs', 'bound', 'kept'];

function cellsOf({ name, unit, median, lowerQuartile, upperQuartile, runs, under }: Figure): string[] {
  const kept = under === undefined ? '' : median < under ? 'ok' : 'missed';
  const bound = under === undefined ? '' : `< ${under} ${unit}`;
  return [
    name,
    `${short(median)} ${unit}`,
    `${short(lowerQuartile)} – ${short(upperQuartile)}`,
    `${runs}`,
    bound,
    kept,
  ];
}

function circumstances({ date, node, machine, coresOfOthers }: Recorded): string {
  const others = coresOfOthers === null ? 'how busy it was is unknown' : `others used ${short(coresOfOthers)} cores`;
  return `${date}, Node ${node}, ${machine}; ${others}.`;
}

/** Three digits are as many as such measurements deserve. */
export function short(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
