import { Buffer } from 'node:buffer';
import type { Sink, Terminal } from './loop.ts';
import { meaningOf } from './meaning.ts';
import type { Step } from './step.ts';

// Which chains of steps run over the bytes of text, because the engine understands their functions. What runs them is
// `run-kernel.ts`; all other chains, and rows that are values, run the loops of `fuse.ts`.

/**
 * How a chain of steps runs over a chunk of text. Lines that a filter drops are dropped first; of those that are left
 * come words, unless lines are what is wanted; these are counted. Where the engine does not understand all of it, the
 * loop reads the lines that are left, and asks the filters again, which say yes.
 */
export interface Kernel {
  /** What a line must have in it, all of these: UTF-8 as Latin-1, a character for each byte. */
  readonly parts: readonly string[];
  /** The byte between words; undefined where a word is a whole line. */
  readonly separator: number | undefined;
  readonly ending: KernelEnding;
}

/** What becomes of the words. */
type KernelEnding =
  /** How many they are is added to the sink's count. */
  | { readonly kind: 'count' }
  /** Each is a pair with this value and no key; the sums of the values go into the sink's cells. */
  | { readonly kind: 'countUnderNull'; readonly value: number }
  /** Each is a key with this value; the sums of the values go into the sink's cells. */
  | { readonly kind: 'countEach'; readonly value: number }
  /** The loop reads the lines. */
  | { readonly kind: 'loop' };

/** The kernel of a chain that ends in this terminal; undefined where the loop had to do all of it. */
export function kernelOf(steps: readonly Step[], terminal: Terminal, merge: Sink['merge']): Kernel | undefined {
  const { parts, separator, rest } = understoodOf(steps);
  const ending = endingOf(rest, terminal, merge);
  if (ending !== undefined) return { parts, separator, ending };
  return parts.length === 0 ? undefined : { parts, separator: undefined, ending: { kind: 'loop' } };
}

/** What is understood of the beginning of a chain, and the steps behind that. */
export function understoodOf(steps: readonly Step[]): Omit<Kernel, 'ending'> & { readonly rest: readonly Step[] } {
  const parts = partsOf(steps);
  const separator = separatorOf(steps[parts.length]);
  return { parts, separator, rest: steps.slice(parts.length + (separator === undefined ? 0 : 1)) };
}

/** What the filters in front ask for. */
function partsOf(steps: readonly Step[]): readonly string[] {
  const parts: string[] = [];
  for (const { kind, f } of steps) {
    const meaning = meaningOf(f);
    if (kind !== 'filter' || meaning?.kind !== 'contains' || !isFoundInBytes(meaning.part)) break;
    parts.push(Buffer.from(meaning.part).toString('latin1'));
  }
  return parts;
}

/**
 * Whether a text has this part exactly where its bytes have it. Half a pair of surrogates is found in a string, never
 * in UTF-8; what stands for bytes that are not UTF-8 is found in the string alone.
 */
export function isFoundInBytes(part: string): boolean {
  return part !== '' && !part.includes('\ufffd') && Buffer.from(part).toString() === part;
}

function separatorOf(step: Step | undefined): number | undefined {
  if (step?.kind !== 'flatMap') return undefined;
  const meaning = meaningOf(step.f);
  return meaning?.kind === 'split' && isFoundAsByte(meaning.by) ? meaning.by.charCodeAt(0) : undefined;
}

/** Whether it is one byte, which never is part of a longer character, nor of the end of a line. */
export function isFoundAsByte(separator: string): boolean {
  return /^[^\r\n\u0080-\uffff]$/.test(separator);
}

function endingOf(rest: readonly Step[], terminal: Terminal, merge: Sink['merge']): KernelEnding | undefined {
  const [map] = rest;
  if (map === undefined) return terminal === 'count' ? { kind: 'count' } : undefined;
  if (rest.length > 1 || map.kind !== 'map' || terminal !== 'reduce' || meaningOf(merge)?.kind !== 'sum')
    return undefined;
  const meaning = meaningOf(map.f);
  if (meaning?.kind !== 'pair' && meaning?.kind !== 'keylessPair') return undefined;
  const { kind, value } = meaning;
  if (!isMultiplied(value)) return undefined;
  return { kind: kind === 'pair' ? 'countEach' : 'countUnderNull', value };
}

/**
 * Whether what is added is a whole number, and a small one: so the sum is the same, whether it is added one by one or
 * multiplied. Other numbers are rounded on the way; texts are not even added, but put one behind the other.
 */
export function isMultiplied(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= valueMax;
}

const valueMax = 1_000_000;
