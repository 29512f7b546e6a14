import { join } from 'node:path';
import { systemStorage } from '../../../src/core/storage.ts';
import { systemTerminal } from '../../../src/core/terminal.ts';
import { type DStream, HashPartitioner, type Row, Seconds, SparkConf, StreamingContext } from '../../../src/index.ts';
import { Feed, testRuntime } from '../../../src/testing/index.ts';

/*
 * A program on keys of all kinds, whose outputs are files of the machine and standard output: what a process leaves
 * behind is compared with what another one leaves.
 *
 * Usage: node every-kind-of-key.js <folder> <seed of the interleavings>
 */

const [folder = '', seed = '0'] = process.argv.slice(2);

type Pairs = DStream<[Row, number]>;

const keyMakers: readonly ((n: number) => Row)[] = [
  (n) => `key ${n}`,
  (n) => `\0é${n}`,
  (n) => n,
  (n) => n + 0.5,
  (n) => BigInt(n) ** 20n,
  (n) => n % 2 === 0,
  (n) => (n % 2 === 0 ? null : undefined),
  (n) => (n % 2 === 0 ? Number.NaN : -0),
  (n) => [n, [`part of ${n}`, null]],
  (n) => ({ b: n, a: { c: [n] } }),
  (n) => new Date(n * 86_400_000),
  (n) => Uint8Array.of(n, 0, 255),
];

const keyed = (n: number): [Row, number] => {
  const make = keyMakers[n % keyMakers.length] as (n: number) => Row;
  return [make(Math.floor(n / keyMakers.length) % 17), n];
};

const batch = (from: number, rows: number): number[] => Array.from({ length: rows }, (_, i) => (from + i * 7) % 5003);
const sized = (i: number, rows: Iterable<Row>): [number, number][] => [[i, [...rows].length]];
const sum = (a: number, b: number): number => a + b;

function define(ssc: StreamingContext): void {
  const left: Pairs = ssc.inputStream(new Feed([batch(0, 900), batch(5, 1500), [], batch(2, 40)], 3)).map(keyed);
  const right: Pairs = ssc.inputStream(new Feed([batch(3, 300), [], batch(9, 900), batch(1, 500)], 2)).map(keyed);
  const save = (stream: DStream<Row>, name: string): void => {
    stream.saveAsTextFiles(join(folder, `${name}-text`));
    stream.saveAsObjectFiles(join(folder, `${name}-objects`), 'rows');
  };
  save(left.reduceByKey(sum, 5), 'sums');
  save(left.union(right).groupByKey(new HashPartitioner(7)), 'groups');
  save(left.join(right.reduceByKey(sum), 3), 'joined');
  save(left.fullOuterJoin(right.mapValues((n) => -n)).countByValue(4), 'counted');
  save(left.cogroup(right, 2), 'both');
  save(left.partitionBy(6).glom(), 'glommed');
  save(left.map(([key]) => key).repartition(4), 'keys');
  const answers = right.mapAsync(async ([key, n]) => [key, n * 2] as [Row, number], { ordered: false });
  const sorted = answers.transform((rdd) => rdd.sortBy(([, n]) => -n).mapPartitionsWithIndex(sized));
  save(sorted, 'sorted');
  left.reduceByKey(sum).print(40);
  right
    .combineByKey(
      (n): number[] => [n],
      (all, n) => [...all, n],
      (a, b) => [...a, ...b],
    )
    .print(40);
}

const runtime = Object.freeze({
  ...testRuntime({ seed: Number(seed) }),
  storage: systemStorage(),
  terminal: systemTerminal(),
});
const conf = new SparkConf().setMaster('local[2]').setAppName('every kind of key').set('spark.log.level', 'WARN');
await using ssc = new StreamingContext(conf, Seconds(1), { runtime });
define(ssc);
ssc.start();
await runtime.clock.advance(4000);
await ssc.awaitTerminationOrTimeout(0);
