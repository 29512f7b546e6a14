import { inspect } from 'node:util';

/** A row as an error shows it: one line, at most 80 characters. */
export function previewOf(row: unknown): string {
  const text =
    typeof row === 'string'
      ? JSON.stringify(row.length > charactersMax ? row.slice(0, charactersMax) : row)
      : inspect(row, {
          depth: 3,
          breakLength: Number.POSITIVE_INFINITY,
          maxArrayLength: 20,
          maxStringLength: charactersMax,
        });
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1)}…`;
}

const charactersMax = 80;
