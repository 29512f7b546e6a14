import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Figure } from './harness.ts';

/** A row as it is kept: its figures, and what one has to know to judge them. */
export interface Recorded {
  readonly row: string;
  readonly title: string;
  /** The day, `2026-01-31`. */
  readonly date: string;
  readonly node: string;
  readonly machine: string;
  /** How many cores others used meanwhile, on average; null where the machine does not say. */
  readonly coresOfOthers: number | null;
  readonly figures: readonly Figure[];
}

/** A row that has just been measured here. */
export function recorded(
  row: string,
  title: string,
  { result, others }: { readonly result: readonly Figure[]; readonly others: number | undefined },
): Recorded {
  const [first] = cpus();
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return {
    row,
    title,
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    machine: `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${memoryGiB} GiB`,
    coresOfOthers: others === undefined ? null : rounded(others),
    figures: result.map((figure) => ({
      ...figure,
      median: rounded(figure.median),
      lowerQuartile: rounded(figure.lowerQuartile),
      upperQuartile: rounded(figure.upperQuartile),
    })),
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}

/** The rows of a file; none when there is no file. */
export function read(path: string): readonly Recorded[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Recorded[]) : [];
}

/** Keeps rows in a file: in the place of older ones of the same name, in this order. */
export function keep(path: string, rows: readonly Recorded[], order: readonly string[]): void {
  const all = new Map([...read(path), ...rows].map((row) => [row.row, row]));
  const sorted = order.map((name) => all.get(name)).filter((row) => row !== undefined);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(sorted, null, 2)}\n`);
}
