import { DStream, FiresteelError, Milliseconds, type Row, Time } from 'firesteel';
import { type Case, CaseMistake, type SliceRow } from './cases.ts';
import { same } from './judge.ts';
import { define } from './program.ts';
import { batchesOf, onStage } from './run-case.ts';

/** Runs a program that remembers all its batches, and asks for their data. Returns what differs from the case. */
export function complaintsAboutSlices(given: Case, seed: number): Promise<readonly string[]> {
  return onStage(given, seed, async ({ runtime, ssc }) => {
    const stream = define(ssc, given).last;
    if (!(stream instanceof DStream)) throw new CaseMistake('an output cannot be asked for its data');
    stream.foreachRDD(() => undefined);
    const runMs = batchesOf(given) * given.batchMs;
    ssc.remember(Milliseconds(runMs + given.batchMs));
    const { expectError } = given;
    if (expectError === undefined || expectError.phase === 'run') {
      ssc.start();
      await runtime.clock.advance(runMs);
    }
    const complaints: string[] = [];
    for (const row of given.rows ?? []) {
      const complaint =
        expectError === undefined ? await complaintAbout(stream, row) : await unlessRefused(stream, row);
      if (complaint !== undefined) complaints.push(`slice(${row.from}, ${row.to}): ${complaint}`);
    }
    return complaints;
  });
}

async function complaintAbout(stream: DStream<Row>, { from, to, set, ...rest }: SliceRow): Promise<string | undefined> {
  const [unknown] = Object.keys(rest);
  if (set === undefined || unknown !== undefined) throw new CaseMistake(`a slice has from, to and set, not ${unknown}`);
  const rows: Row[] = [];
  for (const rdd of await stream.slice(new Time(from), new Time(to))) rows.push(...(await rdd.collect()));
  const isSame =
    rows.every((row) => set.some((each) => same(row, each))) &&
    set.every((each) => rows.some((row) => same(row, each)));
  return isSame ? undefined : `expected the set ${JSON.stringify(set)}, got ${JSON.stringify(rows)}`;
}

async function unlessRefused(stream: DStream<Row>, { from, to }: SliceRow): Promise<string | undefined> {
  try {
    await stream.slice(new Time(from), new Time(to));
  } catch (error) {
    return error instanceof FiresteelError ? undefined : `this error is none of ours: ${String(error)}`;
  }
  return 'there was no error';
}
