import { type Case, CaseMistake, NotThereYet, readCases } from './cases.ts';
import { complaintsAbout } from './judge.ts';
import { complaintsAboutLives } from './judge-lives.ts';
import { type Lists, reasonToCome, withOurs } from './lists.ts';
import { runCase } from './run-case.ts';
import { checkLives, isKilled, runLives } from './run-lives.ts';
import { complaintsAboutSlices } from './slice.ts';

/** Each case runs once with each: the order in which messages arrive differs. */
const seeds: readonly number[] = [1, 2, 3];

/** The same for a case whose program is killed: when that happens differs too. */
const seedsOfKills: readonly number[] = Array.from({ length: 20 }, (_, i) => i + 1);

/** Kinds that this command counts. */
export const countedKinds: readonly string[] = ['operators', 'slice', 'temporal', 'pid'];

/** Kinds that are no programs: ordinary tests name their cases. */
const otherKinds: readonly string[] = [
  'table',
  'script',
  'formula',
  'property',
  'model',
  'retention',
  'sourceScript',
  'recoveryScript',
];

/** What became of a case. */
type Outcome =
  | { readonly verdict: 'passed' }
  | { readonly verdict: 'failed'; readonly complaints: readonly string[] }
  | { readonly verdict: 'skipped'; readonly reason: string; readonly isListed: boolean };

/**
 * Runs the cases of a folder and tells what became of them: every failure, every skip, and the counts as the last line.
 *
 * @param print is given one line, or a few, at a time
 * @returns the exit code: 1 for a failure, or for a skip that is in no list
 */
export async function conformance(dir: string, lists: Lists, print: (text: string) => void): Promise<0 | 1> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  let unlisted = 0;
  for (const given of await readCases(dir)) {
    if (otherKinds.includes(given.kind)) continue;
    const outcome = await outcomeOf(given, lists);
    counts[outcome.verdict] += 1;
    if (outcome.verdict === 'failed') print(failureText(given, outcome.complaints));
    if (outcome.verdict !== 'skipped') continue;
    if (!outcome.isListed) unlisted += 1;
    print(`SKIP ${given.id}: ${outcome.reason}${outcome.isListed ? '' : '; it is not in the list of what is to come'}`);
  }
  print(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed > 0 || unlisted > 0 ? 1 : 0;
}

function failureText({ id, title }: Case, complaints: readonly string[]): string {
  return [`FAIL ${id}: ${title}`, ...complaints.map((complaint) => complaint.replace(/^/gm, '  '))].join('\n');
}

async function outcomeOf(given: Case, { toCome, differences }: Lists): Promise<Outcome> {
  const reason = reasonToCome(given, toCome);
  try {
    const complaints = await firstComplaints(withOurs(given, differences));
    if (reason === undefined) {
      return complaints.length === 0 ? { verdict: 'passed' } : { verdict: 'failed', complaints };
    }
    if (complaints.length > 0) return { verdict: 'skipped', reason, isListed: true };
    return { verdict: 'failed', complaints: ['it passes now: take it off the list of what is to come'] };
  } catch (error) {
    if (error instanceof CaseMistake) return { verdict: 'failed', complaints: [error.message] };
    if (error instanceof NotThereYet) {
      return { verdict: 'skipped', reason: reason ?? error.message, isListed: reason !== undefined };
    }
    return { verdict: 'failed', complaints: [`it could not be run: ${(error as Error).stack ?? String(error)}`] };
  }
}

/** What the first of the runs that differs from the case has to say. @throws CaseMistake, NotThereYet */
async function firstComplaints(given: Case): Promise<readonly string[]> {
  checkFields(given);
  for (const seed of isKilled(given) ? seedsOfKills : seeds) {
    const complaints = await complaintsOf(given, seed);
    if (complaints.length > 0) return complaints.map((complaint) => `seed ${seed}: ${complaint}`);
  }
  return [];
}

async function complaintsOf(given: Case, seed: number): Promise<readonly string[]> {
  if (given.kind === 'slice') return complaintsAboutSlices(given, seed);
  if (given.restart === undefined && !isKilled(given)) return complaintsAbout(given, await runCase(given, seed));
  return complaintsAboutLives(given, await runLives(given, seed));
}

const expectations: readonly string[] = [
  'expect',
  'expectPartitionCounts',
  'expectCounters',
  'expectError',
  'expectAggregate',
];

/** What a case asks for has to be looked at: one that says more than this reader reads does not pass. */
function checkFields(given: Case): void {
  if (!countedKinds.includes(given.kind)) throw new CaseMistake(`there is no kind ${given.kind}`);
  if (given.kind === 'temporal' || given.kind === 'pid') throw new NotThereYet(`kind ${given.kind} is not there yet`);
  checkLives(given);
  const unknown = Object.keys(given).find((name) => name.startsWith('expect') && !expectations.includes(name));
  if (unknown !== undefined) throw new CaseMistake(`there is no expectation named ${unknown}`);
  const isAsking = given.kind === 'slice' ? given.rows?.length : expectations.some((name) => name in given);
  if (!isAsking && given.observe === undefined) throw new CaseMistake('it does not say what is expected');
}
