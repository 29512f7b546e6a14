import { hashKey } from '../core/hash.ts';
import type { Key } from '../core/keys.ts';
import { systemRandom } from '../core/random.ts';

/**
 * The hash of an encoded key in a table of this process: 32 bits of which all decide on the last ones, and never 0.
 *
 * Of text it is not Java's, by which anybody could make texts that all stand in one slot.
 */
export function slotHash(code: Key): number {
  let hash = typeof code === 'string' ? hashOfText(code) : hashKey(code);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  hash ^= hash >>> 15;
  return hash === 0 ? 1 : hash;
}

function hashOfText(text: string): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), prime);
  return hash;
}

/**
 * What the hash of a text begins with. Nobody outside the process knows it, and nothing that is seen depends on it:
 * slots have no order.
 */
export const seed: number = systemRandom().below(2 ** 32) | 0;

/** What it is multiplied by with each character. */
export const prime = 0x01000193;
