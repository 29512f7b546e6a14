import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where every property of this run begins. */
    readonly seed: number;
    /** How many examples a property tries, unless it says so itself. */
    readonly runs: number;
    /** How many simulations there are. */
    readonly simulations: number;
  }
}

/**
 * Gives all projects of a run one seed: FIRESTEEL_SEED, or one drawn here and printed. FIRESTEEL_RUNS is the number of
 * examples. Vitest loads this file anew for each project, so that what was drawn is left in the environment.
 */
export function setup(project: TestProject): void {
  let seed = wholeNumber('FIRESTEEL_SEED');
  if (seed === undefined) {
    seed = Math.floor(Math.random() * 2 ** 31);
    process.env['FIRESTEEL_SEED'] = String(seed);
    project.vitest.logger.log(`Properties begin at FIRESTEEL_SEED=${seed}.`);
  }
  project.provide('seed', seed);
  project.provide('runs', wholeNumber('FIRESTEEL_RUNS') ?? 100);
  project.provide('simulations', wholeNumber('FIRESTEEL_RUNS') ?? 600);
}

function wholeNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`${name} is '${text}', which is not a whole number.`);
  return value;
}
