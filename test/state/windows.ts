import fc from 'fast-check';
import type { Arrival, Pair } from './kit.ts';

/** What windows slide over: batches by second, each with its pairs, one for each key; or none at all. */
export interface Slide {
  readonly windowMs: number;
  readonly slideMs: number;
  readonly batches: readonly (readonly (readonly [key: string, value: number])[] | undefined)[];
}

const batch = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: -3, max: 9 })), {
  selector: ([key]) => key,
  maxLength: 4,
});

/** Windows of one to four batches that slide by one to three, over some batches. */
export const slides: fc.Arbitrary<Slide> = fc.record({
  windowMs: fc.integer({ min: 1, max: 4 }).map((n) => n * 1000),
  slideMs: fc.integer({ min: 1, max: 3 }).map((n) => n * 1000),
  batches: fc.array(fc.option(batch, { nil: undefined, freq: 4 }), { maxLength: 16 }),
});

/** The times at which there is a window. */
export function timesOf({ slideMs, batches }: Slide): readonly number[] {
  return batches.map((_, i) => (i + 1) * 1000).filter((timeMs) => timeMs % slideMs === 0);
}

/** What comes at a time: the batches since the last window, as far as they are in this one. */
export function cameAt({ windowMs, slideMs, batches }: Slide, timeMs: number): readonly Arrival[] {
  return between(batches, timeMs - Math.min(windowMs, slideMs), timeMs);
}

/** The values of each key in the window at a time, in order of time. */
export function valuesAt({ windowMs, batches }: Slide, timeMs: number): ReadonlyMap<string, readonly number[]> {
  const values = new Map<string, number[]>();
  for (const [, pairs] of between(batches, timeMs - windowMs, timeMs)) {
    for (const [key, value] of pairs as readonly (readonly [string, number])[]) {
      values.set(key, [...(values.get(key) ?? []), value]);
    }
  }
  return values;
}

function between(batches: Slide['batches'], afterMs: number, untilMs: number): readonly Arrival[] {
  const arrivals: Arrival[] = [];
  for (const [i, pairs] of batches.entries()) {
    const timeMs = (i + 1) * 1000;
    if (pairs !== undefined && timeMs > afterMs && timeMs <= untilMs) arrivals.push([timeMs, pairs as readonly Pair[]]);
  }
  return arrivals;
}
