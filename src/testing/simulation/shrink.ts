import type { Fault } from './fault.ts';

/**
 * Fewer and smaller faults that are enough: each is left out, and each of its numbers made smaller, while it still
 * fails.
 *
 * @param runsMax how many runs are spent on it
 * @param fails whether the same law is broken with these faults
 */
export async function shrinkFaults(
  faults: readonly Fault[],
  runsMax: number,
  fails: (faults: readonly Fault[]) => Promise<boolean>,
): Promise<readonly Fault[]> {
  let smallest = faults;
  let runs = 0;
  for (let isSmaller = true; isSmaller && runs < runsMax; ) {
    isSmaller = false;
    for (const candidate of smallerThan(smallest)) {
      runs += 1;
      if (runs > runsMax || !(await fails(candidate))) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

/** Without one of them, then with a smaller number in one of them: the greatest steps first. */
function* smallerThan(faults: readonly Fault[]): Generator<readonly Fault[]> {
  for (const i of faults.keys()) yield faults.toSpliced(i, 1);
  for (const [i, fault] of faults.entries()) {
    for (const [name, value] of Object.entries(fault)) {
      if (typeof value !== 'number') continue;
      for (const smaller of smallerNumbers(value, leasts[name] ?? 0)) {
        yield faults.with(i, { ...fault, [name]: smaller });
      }
    }
  }
}

/** What is counted is counted from 1. */
const leasts: Readonly<Record<string, number>> = { steps: 1, call: 1, block: 1, tick: 1, ms: 1 };

function* smallerNumbers(value: number, least: number): Generator<number> {
  for (let step = value - least; step > 0; step = Math.floor(step / 2)) yield value - step;
}
