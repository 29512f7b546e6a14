import { isDeepStrictEqual } from 'node:util';
import type { Case, Observed } from './cases.ts';
import { complaintsAbout, complaintsAboutOutputs } from './judge.ts';
import type { Output, Seen } from './run-case.ts';
import type { SeenLives } from './run-lives.ts';

/**
 * How several lives of a program differ from what a case expects. The outputs of each are a piece of what is expected,
 * without a hole; those of the first are its beginning, those of the last its end, and together they are all of it.
 */
export function complaintsAboutLives(given: Case, { lives, kills }: SeenLives): readonly string[] {
  const observed: readonly Observed[] = given.observe ?? [given];
  const whole: Seen = {
    outputs: observed.map((_, i) => merged(lives.map(({ outputs }) => outputs[i] ?? []))),
    counters: {},
    errors: lives.flatMap(({ errors }) => errors),
  };
  const complaints = [
    ...complaintsAbout(given, whole),
    ...observed.flatMap((each, i) =>
      lives.flatMap(({ outputs }, life) =>
        complaintsAboutPiece(given, each, outputs[i] ?? [], whole.outputs[i] ?? []).map(
          (complaint) => `life ${life + 1}: ${complaint}`,
        ),
      ),
    ),
    ...complaintsAboutCount(given, lives),
  ];
  const how = kills.length === 0 ? '' : `killed after ${kills.join(', ')} steps: `;
  return complaints.map((complaint) => `${how}${complaint}`);
}

/** What came out first for each time, in order of time. */
function merged(lives: readonly (readonly Output[])[]): readonly Output[] {
  const byTime = new Map<number, Output>();
  for (const output of lives.flat()) if (!byTime.has(output.timeMs)) byTime.set(output.timeMs, output);
  return [...byTime.values()].sort((a, b) => a.timeMs - b.timeMs);
}

function complaintsAboutPiece(
  given: Case,
  { of, expect, times }: Observed,
  outputs: readonly Output[],
  whole: readonly Output[],
): readonly string[] {
  const [first] = outputs;
  if (first === undefined) return [];
  const from = whole.findIndex(({ timeMs }) => timeMs === first.timeMs);
  const to = from + outputs.length;
  const timesOf = (each: readonly Output[]): readonly number[] => each.map(({ timeMs }) => timeMs);
  const [seen, piece] = [timesOf(outputs), timesOf(whole.slice(from, to))];
  if (!isDeepStrictEqual(seen, piece))
    return [`it has outputs at ${JSON.stringify(seen)} ms, not ${JSON.stringify(piece)} ms`];
  return complaintsAboutOutputs(
    given,
    {
      ...(of !== undefined && { of }),
      ...(expect !== undefined && { expect: expect.slice(from, to) }),
      ...(times !== undefined && { times: times.slice(from, to) }),
    },
    outputs,
  );
}

function complaintsAboutCount({ restart }: Case, lives: readonly Seen[]): readonly string[] {
  const expected = restart?.outputsAfterRestart;
  const got = lives.at(-1)?.outputs[0]?.length;
  if (expected === undefined || got === expected) return [];
  return [`expected ${expected} outputs after the restart, got ${got}`];
}
