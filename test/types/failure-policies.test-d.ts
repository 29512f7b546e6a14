import {
  type DStream,
  deadLetter,
  type FailurePolicy,
  fail,
  type Output,
  type RDD,
  type Row,
  retry,
  SparkConf,
  StreamingContext,
  stop,
  type Time,
} from 'firesteel';
import { expectTypeOf } from 'vitest';

// Compiled by `npm run types`, never run: each line is a test that the compiler makes.

declare const lines: DStream<string>;
declare const ones: DStream<[string, number]>;
declare const output: Output<string>;

// Every output takes a policy, last.
lines.print(10, { onFailure: stop });
lines.foreachRDD((rdd) => rdd.count(), { onFailure: retry(3, '1 second') });
lines.foreachPartition(() => undefined, { onFailure: fail });
lines.saveAsTextFiles('out', 'txt', { onFailure: retry(3, '1 second', stop) });
lines.saveAsObjectFiles('out', undefined, { onFailure: deadLetter(() => undefined) });
lines.to(output, { onFailure: deadLetter(async ({ rdd }) => void (await rdd.count())) });

// A dead letter has the rows of its stream, without an annotation.
ones.foreachRDD((rdd) => rdd.count(), {
  onFailure: deadLetter(({ rdd, time, output, error }) => {
    expectTypeOf(rdd).toEqualTypeOf<RDD<[string, number]>>();
    expectTypeOf(time).toEqualTypeOf<Time>();
    expectTypeOf(output).toEqualTypeOf<string>();
    expectTypeOf(error).toEqualTypeOf<Error>();
  }),
});
lines.print(10, {
  onFailure: retry(
    3,
    '1 second',
    deadLetter(({ rdd }) => {
      expectTypeOf(rdd).toEqualTypeOf<RDD<string>>();
    }),
  ),
});

// Of a whole context it has rows of any kind, and serves every output.
const setAside = deadLetter(({ rdd }) => {
  expectTypeOf(rdd).toEqualTypeOf<RDD<Row>>();
});
new StreamingContext(new SparkConf(), '1 s', { onFailure: setAside });
ones.print(10, { onFailure: setAside });
const usual: FailurePolicy = retry(3, '1 second');
lines.print(10, { onFailure: usual });

// @ts-expect-error: a policy is not its name
lines.print(10, { onFailure: 'stop' });
// @ts-expect-error: what ends a retry is not another
retry(3, '1 second', retry(3, '1 second'));
