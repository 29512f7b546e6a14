import fc from 'fast-check';
import { type DeadLetter, deadLetter, type FailurePolicy, fail, type RDD, retry, type Time } from 'firesteel';
import { run, testRuntime } from 'firesteel/testing';
import { expect, test } from 'vitest';

/*
 * What outputs do whose attempts fail at random, under policies drawn at random.
 *
 * The expectation is written from the meaning: in order of batches, then of the program, an output runs until it
 * succeeds or has no attempt left; then it is set aside, or its batch has failed. Both engines must do exactly that.
 */

/** An output: its policy, and how many attempts fail in each batch. */
interface Flaky {
  readonly retries: number;
  readonly end: 'fail' | 'deadLetter';
  readonly backoffMs: number;
  readonly failing: readonly number[];
}

interface Example {
  readonly batchCount: number;
  readonly outputs: readonly Flaky[];
  readonly using: 'actors' | 'loop';
  readonly seed: number;
}

const examples: fc.Arbitrary<Example> = fc.integer({ min: 1, max: 5 }).chain((batchCount) =>
  fc.record({
    batchCount: fc.constant(batchCount),
    outputs: fc.array(
      fc.record<Flaky>({
        retries: fc.nat(3),
        end: fc.constantFrom('fail', 'deadLetter'),
        backoffMs: fc.constantFrom(0, 1, 300, 1500),
        failing: fc.array(fc.nat(5), { minLength: batchCount, maxLength: batchCount }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    using: fc.constantFrom('actors', 'loop'),
    seed: fc.nat(),
  }),
);

/** What happens, in order, and whether a batch fails. */
interface Course {
  readonly log: readonly string[];
  readonly hasFailed: boolean;
}

function expected({ batchCount, outputs }: Example): Course {
  const log: string[] = [];
  let hasFailed = false;
  for (let batch = 0; batch < batchCount; batch += 1) {
    for (const [i, { retries, end, failing }] of outputs.entries()) {
      const failures = failing[batch] as number;
      for (let attempt = 0; attempt <= Math.min(failures, retries); attempt += 1) log.push(`${batch + 1}/${i} runs`);
      if (failures <= retries) continue;
      if (end === 'deadLetter') log.push(`${batch + 1}/${i} set aside, attempt ${retries + 1}`);
      else hasFailed = true;
    }
  }
  return { log, hasFailed };
}

function policyOf({ retries, end, backoffMs }: Flaky, letter: (letter: DeadLetter) => void): FailurePolicy<number> {
  const last = end === 'fail' ? fail : deadLetter(letter);
  return retries === 0 ? last : retry(retries, `${backoffMs} ms`, last);
}

async function observed({ batchCount, outputs, using, seed }: Example): Promise<Course> {
  const log: string[] = [];
  const failed: unknown[] = [];
  const batchOf = (time: Time): number => time.milliseconds / 1000;
  const ran = run<number, number>(
    (_ssc, input) => {
      for (const [i, flaky] of outputs.entries()) {
        const attempts = new Map<number, number>();
        const body = async (rdd: RDD<number>, time: Time): Promise<void> => {
          const batch = batchOf(time);
          if (batch > batchCount) return;
          const attempt = (attempts.get(batch) ?? 0) + 1;
          attempts.set(batch, attempt);
          log.push(`${batch}/${i} runs`);
          await rdd.count();
          if (attempt <= (flaky.failing[batch - 1] as number)) throw new Error(`attempt ${attempt}`);
        };
        const letter = ({ time, error }: DeadLetter): void => {
          log.push(`${batchOf(time)}/${i} set aside, ${(error.cause as Error).message}`);
        };
        input.foreachRDD(body, { onFailure: policyOf(flaky, letter) });
      }
      return input;
    },
    Array.from({ length: batchCount }, (_, i) => [i]),
    // Enough for every back-off: at most 1.5 + 3 + 6 s, and a fifth, for each output of each batch.
    { using, batches: batchCount + batchCount * outputs.length * 13, runtime: testRuntime({ seed }) },
  );
  await ran.catch((error: unknown) => failed.push(error));
  return { log, hasFailed: failed.length > 0 };
}

test('an output runs until it succeeds or has no attempt left, then the next, batch by batch', async () => {
  const law = fc.asyncProperty(examples, async (example) => {
    expect(await observed(example)).toEqual(expected(example));
  });
  await fc.assert(law);
});
