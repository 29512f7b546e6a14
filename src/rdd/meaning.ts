import type { Step } from './step.ts';

/** What a function does, said as data, so that the engine may do the same in another way. */
export type Meaning =
  /** Of a text its parts between separators: `text.split(by)`. */
  | { readonly kind: 'split'; readonly by: string }
  /** Whether a text has this one in it: `text.includes(part)`. */
  | { readonly kind: 'contains'; readonly part: string }
  /** Of any row the pair `[row, value]`. */
  | { readonly kind: 'pair'; readonly value: unknown }
  /** Of any row the pair `[null, value]`. */
  | { readonly kind: 'keylessPair'; readonly value: unknown }
  /** Of two values `a + b`. */
  | { readonly kind: 'sum' };

/**
 * A function that the engine understands: f itself, of which it is known what it means.
 *
 * Whoever calls f has a plain closure; only the engine asks, and it holds both to each other by properties.
 */
export function understood<F extends Step['f']>(meaning: Meaning, f: F): F {
  meanings.set(f, Object.freeze(meaning));
  return f;
}

/** What a function means; undefined where nobody has said so. */
export function meaningOf(f: Step['f']): Meaning | undefined {
  return meanings.get(f);
}

/** Beside the functions, not on them: a program sees nothing of it, and cannot claim what is not so. */
const meanings = new WeakMap<Step['f'], Meaning>();
