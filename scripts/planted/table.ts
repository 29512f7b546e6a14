import type { PlantedBug } from './planted-bug.ts';
import type { Verdict } from './verdict.ts';

/** A bug on a terminal. */
export function lineOf({ name }: PlantedBug, verdict: Verdict): string {
  if (verdict.type === 'missed') return `MISSED ${name}: ${verdict.reason}`;
  return `found  ${name} after ${verdict.seeds}: ${verdict.law}: ${verdict.difference}`;
}

/** All of them in a document. */
export function tableOf(known: readonly (readonly [PlantedBug, Verdict])[]): string {
  const rows = known.map(([{ what }, verdict]) =>
    verdict.type === 'found' ? `| ${what} | ${verdict.seeds} | ${verdict.law} |` : `| ${what} | missed | |`,
  );
  return ['| what is wrong | found after seeds | by the law |', '|---|---|---|', ...rows].join('\n');
}

/** A document with that table in the place of the one that it has. @throws Error where it has no place for one */
export function withTable(document: string, table: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The document has no place for the table: ${begin} … ${end}.`);
  return `${document.slice(0, from + begin.length)}\n${table}\n${document.slice(to)}`;
}

const begin = '<!-- planted bugs -->';
const end = '<!-- end of planted bugs -->';
