import type { DStream, Pair, Row } from 'firesteel';
import { Feed, type FeedBatch, run } from 'firesteel/testing';
import type { Engine } from './on-both.ts';

type Pairs = DStream<Pair<Row, Row>>;

/** Rows in an order of their own: behind a shuffle there is none. */
export function sorted(rows: readonly Row[] | undefined): readonly Row[] {
  const keyed = (rows ?? []).map((row) => [JSON.stringify(row), row] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** What comes of two streams of pairs, batch by batch, each in an order of its own. */
export async function fromBoth(
  using: Engine,
  f: (left: Pairs, right: Pairs) => DStream<Row>,
  lefts: readonly FeedBatch<Pair<Row, Row>>[],
  rights: readonly FeedBatch<Pair<Row, Row>>[],
): Promise<readonly (readonly Row[])[]> {
  const outputs = await run<Pair<Row, Row>, Row>(
    (ssc, left) => f(left, ssc.inputStream(new Feed<Pair<Row, Row>>(rights, 3))),
    lefts,
    { using },
  );
  return outputs.map(sorted);
}

/** How many partitions the RDDs of a stream have, batch by batch. */
export async function partitionCounts(
  using: Engine,
  f: (left: Pairs, right: Pairs) => DStream<Row>,
  batches: readonly FeedBatch<Pair<Row, Row>>[] = [[['a', 1]]],
): Promise<readonly number[]> {
  const counts: number[] = [];
  await run<Pair<Row, Row>, Row>(
    (ssc, left) => {
      f(left, ssc.inputStream(new Feed<Pair<Row, Row>>([], 3))).foreachRDD((rdd) => {
        counts.push(rdd.getNumPartitions());
      });
      return left;
    },
    batches,
    { using },
  );
  return counts;
}
