/** What became of a planted bug. */
export type Verdict =
  | { readonly type: 'found'; readonly seeds: number; readonly law: string; readonly difference: string }
  | { readonly type: 'missed'; readonly reason: string };

/** A run of the simulator, as it ended. */
export interface SimulatorRun {
  readonly exitCode: number | null;
  readonly output: string;
}

/**
 * What a run of the simulator says of a bug. A law has to break: that the simulator itself fails is no find.
 *
 * @param firstSeed of the run: seeds are counted from it
 */
export function verdictOf({ exitCode, output }: SimulatorRun, firstSeed: number): Verdict {
  if (exitCode === 0) return { type: 'missed', reason: 'no law is broken' };
  const broken = /\[TESTING\.LAW_BROKEN\] Seed (\d+) breaks the law '([^']*)': ([^\n]*)/.exec(output);
  if (broken === null) return { type: 'missed', reason: `the simulator fails: ${firstError(output)}` };
  const [, seed, law = '', difference = ''] = broken;
  return { type: 'found', seeds: Number(seed) - firstSeed + 1, law, difference };
}

function firstError(output: string): string {
  return /^.*Error: .*$/m.exec(output)?.[0].trim() ?? (output.trim().split('\n').at(-1) || 'it says nothing');
}
