import { readFile } from 'node:fs/promises';
import type { Case } from './cases.ts';

/** Cases that need what is still to come: those with these ids (`*` for any text), or of this kind, and so on. */
export interface ToCome {
  readonly ids?: string;
  readonly kind?: string;
  /** An operator that one of their steps has. */
  readonly operator?: string;
  /** A field that they have. */
  readonly field?: string;
  readonly reason: string;
}

/** A case whose expectation is not ours, on purpose. */
export interface Difference {
  readonly id: string;
  readonly reason: string;
  /** The fields of the case that say something else for us; null where nothing is expected any more. */
  readonly ours: Readonly<Record<string, unknown>>;
}

/** What is committed beside the cases. */
export interface Lists {
  readonly toCome: readonly ToCome[];
  readonly differences: readonly Difference[];
}

/** Reads both lists. */
export async function readLists(toComeFile: string, differencesFile: string): Promise<Lists> {
  return {
    toCome: JSON.parse(await readFile(toComeFile, 'utf8')) as readonly ToCome[],
    differences: JSON.parse(await readFile(differencesFile, 'utf8')) as readonly Difference[],
  };
}

/** Why a case is still to come, where it is. */
export function reasonToCome(given: Case, toCome: readonly ToCome[]): string | undefined {
  return toCome.find((entry) => covers(entry, given))?.reason;
}

/** Whether an entry speaks of a case: all that it says has to hold, and it has to say something. */
export function covers({ ids, kind, operator, field }: ToCome, given: Case): boolean {
  const facts = [
    ...(ids === undefined ? [] : [isLike(given.id, ids)]),
    ...(kind === undefined ? [] : [given.kind === kind]),
    ...(operator === undefined ? [] : [given.ops?.some(({ op }) => op === operator) === true]),
    ...(field === undefined ? [] : [field in given]),
  ];
  return facts.length > 0 && facts.every(Boolean);
}

function isLike(id: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(id);
}

/** A case with our result in the place of its own, where the two differ on purpose. */
export function withOurs(given: Case, differences: readonly Difference[]): Case {
  const difference = differences.find(({ id }) => id === given.id);
  const changed = Object.entries({ ...given, ...difference?.ours }).filter(([, value]) => value !== null);
  return Object.fromEntries(changed) as unknown as Case;
}
