import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Measure, Turn } from './judged.ts';

/** A row as it is kept: every run that was made. */
export interface KeptRow {
  readonly row: string;
  readonly title: string;
  /** Turns that have to be quiet. */
  readonly wanted: number;
  readonly measures: readonly Measure[];
  /** The day of the last run, `2026-01-31`. */
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly java: string;
  readonly turns: readonly Turn[];
}

/** The rows of a file; none when there is no file. */
export function readRows(path: string): readonly KeptRow[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as KeptRow[]) : [];
}

/** Keeps a row in the place of an older one of the same name, in this order. */
export function keepRow(path: string, row: KeptRow, order: readonly string[]): void {
  const all = new Map([...readRows(path), row].map((kept) => [kept.row, kept]));
  const sorted = order.map((name) => all.get(name)).filter((kept) => kept !== undefined);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(sorted, null, 1)}\n`);
}
