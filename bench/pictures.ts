import { type Bar, barPicture } from './bar-picture.ts';
import type { Recorded } from './recording.ts';
import type { KeptRow } from './spark/kept.ts';
import { judgedOf } from './spark/section.ts';

/** The pictures of docs/performance.md, by their file in docs/performance/. */
export function picturesOf(
  rows: readonly Recorded[],
  besideSpark: readonly KeptRow[],
): Readonly<Record<string, string>> {
  const spark = besideSpark.flatMap(sparkBars);
  const growth = rows.find(({ row }) => row === 'growth')?.figures ?? [];
  const cost = growth.filter(({ unit }) => unit === 'µs').map(({ name, median }) => ({ label: name, value: median }));
  const pictures: Record<string, string> = {};
  if (spark.length > 0) {
    pictures['beside-spark.svg'] = barPicture('How many times better than Spark; marks: must, aim', '×', spark);
  }
  if (cost.length > 0) pictures['growth.svg'] = barPicture('What a record costs', 'µs', cost);
  return pictures;
}

/** One bar a row: of its first measure, where Spark has it too. */
function sparkBars(row: KeptRow): readonly Bar[] {
  const [first] = judgedOf(row);
  if (first?.times === undefined) return [];
  return [{ label: row.row, value: first.times, ...first.measure.timesSpark }];
}
