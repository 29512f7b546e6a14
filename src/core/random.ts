import { randomUUID } from 'node:crypto';

/** The one door to chance. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, n). */
  below(n: number): number;
  /** A name that has not been given before: letters and digits. */
  id(): string;
}

/** The machine's chance. */
export function systemRandom(): Random {
  return system;
}

/**
 * Chance that repeats: equal seeds give equal sequences. Streams of one seed are independent of each other.
 *
 * It is sfc32, which passes PractRand and needs four numbers of memory.
 */
export function seededRandom(seed: number, stream = 0): Random {
  const uint32 = sfc32(seed, Math.floor(seed / 2 ** 32), stream);
  const next = (): number => uint32() / 2 ** 32;
  return {
    next,
    below: (n) => Math.floor(next() * n),
    id: () => `${hex(uint32())}${hex(uint32())}`,
  };
}

const system: Random = Object.freeze({
  next: () => Math.random(),
  below: (n: number) => Math.floor(Math.random() * n),
  id: () => randomUUID().replaceAll('-', ''),
});

/** Chris Doty-Humphrey's "small fast counter" generator: whole numbers in [0, 2^32). */
function sfc32(seed0: number, seed1: number, seed2: number): () => number {
  let a = seed0 | 0;
  let b = seed1 | 0;
  let c = seed2 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // The first numbers still show the seed.
  for (let round = 0; round < 15; round += 1) next();
  return next;
}

function hex(uint32: number): string {
  return uint32.toString(16).padStart(8, '0');
}
