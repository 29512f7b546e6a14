import { type RDD, StorageLevel } from 'firesteel';
import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { type Engine, engines, failureOf } from './on-both.ts';

/** Runs a program of which every batch but the refused ones is seen by an output. */
async function seenBy(
  using: Engine,
  f: (rdd: RDD<number>, second: number) => RDD<number> | Promise<RDD<number>>,
  batches: readonly (readonly number[] | null)[],
): Promise<{ readonly seen: number[][]; readonly failure: string }> {
  const seen: number[][] = [];
  const ran = run<number, number>(
    (_ssc, input) => {
      const made = input.transform((rdd, time) => f(rdd, time.milliseconds / 1000));
      made.foreachRDD(async (rdd) => seen.push(await rdd.collect()));
      return made;
    },
    batches,
    { using },
  );
  return { failure: await failureOf(ran), seen };
}

describe.each(engines)('transform, on the %s,', (using) => {
  test('makes of every batch what its function makes of its RDD', async () => {
    expect(
      await run<number, number>(
        (_ssc, input) => input.transform((rdd) => rdd.filter((n) => n > 1).union(rdd)),
        [[1, 2], [3], []],
        { using },
      ),
    ).toEqual([[2, 1, 2], [3, 3], []]);
  });

  test('refuses a batch whose RDD is kept already, at another level than its stream asks for', async () => {
    expect(
      await failureOf(
        run<number, number>(
          (_ssc, input) =>
            input
              .persist(StorageLevel.MEMORY_ONLY_SER)
              .transform((rdd) => rdd)
              .cache(),
          [[1]],
          { using },
        ),
      ),
    ).toMatchInlineSnapshot(`
      "UsageError: [RDD.LEVEL_CHANGED] persist(MEMORY_ONLY) was called on an RDD that is kept as MEMORY_ONLY_SER already.
        why  What is kept already would have to be changed under the jobs that read it.
        fix  Call await rdd.unpersist() first; streams that share an RDD ask for one level.
        at   transform (transform.test.ts:…)"
    `);
  });

  test('tells its function the time of the batch', async () => {
    expect(
      await run<number, number>(
        (_ssc, input) => input.transform((rdd, time) => rdd.map((n) => n + time.milliseconds)),
        [[1], [2]],
        { using },
      ),
    ).toEqual([[1001], [2002]]);
  });

  test('calls its function once a batch, however many outputs there are', async () => {
    let calls = 0;
    await run<number, number>(
      (_ssc, input) => {
        const made = input.transform((rdd) => {
          calls += 1;
          return rdd;
        });
        made.foreachRDD((rdd) => rdd.collect());
        made.map((n) => n).foreachRDD((rdd) => rdd.collect());
        return made;
      },
      [[1], [2]],
      { using },
    );
    expect(calls).toBe(2);
  });

  test('waits for a promise, and plans the next batch after it', async () => {
    const log: string[] = [];
    const rows = await run<number, number>(
      (_ssc, input) =>
        input.transform(async (rdd, time) => {
          log.push(`begins ${time.milliseconds}`);
          await Promise.resolve();
          log.push(`ends ${time.milliseconds}`);
          return rdd.map((n) => n * 10);
        }),
      [[1], [2], [3]],
      { using },
    );
    expect(rows).toEqual([[10], [20], [30]]);
    expect(log).toEqual(['begins 1000', 'ends 1000', 'begins 2000', 'ends 2000', 'begins 3000', 'ends 3000']);
  });

  test('may use actions to decide what to make', async () => {
    const shares = async (rdd: RDD<number>): Promise<RDD<number>> => {
      if (await rdd.isEmpty()) return rdd;
      const sum = await rdd.reduce((a, b) => a + b);
      return rdd.map((n) => n / sum);
    };
    expect(await run<number, number>((_ssc, input) => input.transform(shares), [[1, 3], [], [5]], { using })).toEqual([
      [0.25, 0.75],
      [],
      [1],
    ]);
  });

  test('may use RDDs of another kind', async () => {
    expect(
      await run<number, number>(
        (ssc, input) => {
          const fixed = ssc.sparkContext.parallelize([7, 8], 1);
          return input.transform((rdd) => rdd.union(fixed));
        },
        [[1], []],
        { using },
      ),
    ).toEqual([
      [1, 7, 8],
      [7, 8],
    ]);
  });

  test('may give an RDD of a batch before', async () => {
    let last: RDD<number> | undefined;
    const remembered = (rdd: RDD<number>): RDD<number> => {
      const both = last === undefined ? rdd : last.union(rdd);
      last = rdd;
      return both;
    };
    expect(await run<number, number>((_ssc, input) => input.transform(remembered), [[1], [2], [3]], { using })).toEqual(
      [[1], [1, 2], [2, 3]],
    );
  });

  test('refuses the batch in which its function throws, and no other', async () => {
    const { seen, failure } = await seenBy(
      using,
      (rdd, second) => {
        if (second === 2) throw new Error('no second batch');
        return rdd;
      },
      [[1], [2], [3]],
    );
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [BATCH.PLAN_THREW] transform threw while batch 2000 ms was planned: no second batch
        why  Functions of transform, and sources that are asked, run on the driver before the batch does; without them it cannot be.
        fix  Look at the cause below. Later batches go on; the outputs of this one did not run.
        at   transform (transform.test.ts:…)"
    `);
    expect(seen).toEqual([[1], [3]]);
  });

  test('refuses the batch whose promise is rejected', async () => {
    const { seen, failure } = await seenBy(
      using,
      async (rdd, second) => {
        await Promise.resolve();
        if (second === 1) throw new Error('no first batch');
        return rdd;
      },
      [[1], [2]],
    );
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [BATCH.PLAN_THREW] transform threw while batch 1000 ms was planned: no first batch
        why  Functions of transform, and sources that are asked, run on the driver before the batch does; without them it cannot be.
        fix  Look at the cause below. Later batches go on; the outputs of this one did not run.
        at   transform (transform.test.ts:…)"
    `);
    expect(seen).toEqual([[2]]);
  });

  test('refuses the batch for which its function gives no RDD', async () => {
    const { seen, failure } = await seenBy(using, (rdd, second) => (second === 1 ? (undefined as never) : rdd), [
      [1],
      [2],
    ]);
    expect(failure).toMatchInlineSnapshot(`
      "UsageError: [TRANSFORM.NO_RDD] The function of transform returned undefined instead of an RDD.
        why  It makes the RDD of the batch, and no RDD is not the same as an empty one.
        fix  Return an RDD in every case: rdd.filter(() => false) is one without rows."
    `);
    expect(seen).toEqual([[2]]);
  });

  test('refuses the batch for which its function promises no RDD', async () => {
    const { failure } = await seenBy(using, async () => [1, 2] as never, [[1]]);
    expect(failure).toMatchInlineSnapshot(`
      "UsageError: [TRANSFORM.NO_RDD] The function of transform returned [ 1, 2 ] instead of an RDD.
        why  It makes the RDD of the batch, and no RDD is not the same as an empty one.
        fix  Return an RDD in every case: rdd.filter(() => false) is one without rows."
    `);
  });

  test('refuses the batch in which an action of its function fails', async () => {
    const { seen, failure } = await seenBy(
      using,
      async (rdd, second) => {
        const checked = rdd.map((n) => {
          if (n === 2) throw new Error('a two');
          return n;
        });
        await checked.count();
        return second === 1 ? checked : rdd;
      },
      [[1], [2], [3]],
    );
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in the SparkContext: a two
        why  It was given the row 2.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → map (transform.test.ts:…)"
    `);
    expect(seen).toEqual([[1], [3]]);
  });

  test('fails the job, and does not refuse the batch, when a function on a row of its RDD throws', async () => {
    const others: number[] = [];
    const ran = run<number, number>(
      (_ssc, input) => {
        input.foreachRDD((_rdd, time) => void others.push(time.milliseconds));
        return input.transform((rdd) =>
          rdd.map((n) => {
            throw new Error(`no ${n}`);
          }),
        );
      },
      [[1]],
      { using },
    );
    expect(await failureOf(ran)).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 1000 ms, foreachRDD (transform.test.ts:…): no 1
        why  It was given the row 1.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → map (transform.test.ts:…)"
    `);
    expect(others).toEqual([1000]);
  });

  test('refuses the batch in which its parent has no RDD', async () => {
    const { seen, failure } = await seenBy(using, (rdd) => rdd, [null, [2]]);
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [BATCH.PARENT_WITHOUT_RDD] transform has nothing to work on in batch 1000 ms: feed made no RDD for it.
        why  transform needs an RDD of every parent in every batch; no RDD is not the same as an empty one.
        fix  Let the source return an empty RDD for a batch without data, or give both streams the same slide.
        at   transform (transform.test.ts:…), feed (transform.test.ts:…)"
    `);
    expect(seen).toEqual([[2]]);
  });

  test('wants a function', async () => {
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.transform(null as never), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] transform was given null where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .transform((row) => …)"
    `);
  });
});
