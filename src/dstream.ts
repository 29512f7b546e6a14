import { UsageError } from './core/errors.ts';
import type { Pair, Row } from './core/row.ts';
import type { Time } from './core/time.ts';
import type { StreamNode } from './graph/graph.ts';
import type { Op } from './graph/op.ts';
import type { Output } from './graph/output.ts';
import { count } from './ops/count.ts';
import { filter } from './ops/filter.ts';
import { flatMap } from './ops/flat-map.ts';
import { foreachRDD } from './ops/foreach-rdd.ts';
import { map } from './ops/map.ts';
import { mapValues } from './ops/map-values.ts';
import { print } from './ops/print.ts';
import { reduceByKey } from './ops/reduce-by-key.ts';
import { transform } from './ops/transform.ts';
import { union } from './ops/union.ts';
import type { Partitioner } from './rdd/partitioner.ts';
import type { RDD } from './rdd/rdd.ts';

/**
 * Data as it arrives over time: a sequence of RDDs, one for each batch.
 *
 * A stream comes from a source of a StreamingContext or from another stream. Methods only define; nothing runs before
 * `ssc.start()`. Every method here is one operator; its whole description stands with it.
 *
 * Spark: as DStream.
 */
export class DStream<T extends Row> {
  readonly #program: Program;
  /** @internal */
  readonly node: StreamNode;

  /** @internal Streams come from a StreamingContext or another stream. */
  constructor(program: Program, node: StreamNode) {
    this.#program = program;
    this.node = node;
  }

  /** Gives every row to a function and passes on what it returns. {@link map} */
  map<U extends Row>(f: (row: T) => U): DStream<U> {
    return this.via(map(f));
  }

  /** Keeps the rows of which a function says true. {@link filter} */
  filter(f: (row: T) => boolean): DStream<T> {
    return this.via(filter(f));
  }

  /** Gives every row to a function and passes on each of the rows it returns. {@link flatMap} */
  flatMap<U extends Row>(f: (row: T) => Iterable<U>): DStream<U> {
    return this.via(flatMap(f));
  }

  /** Gives the value of every pair to a function; keys stay as they are. {@link mapValues} */
  mapValues<P extends Pair<Row, Row>, U extends Row>(this: DStream<P>, f: (value: P[1]) => U): DStream<[P[0], U]> {
    return this.via(mapValues<P, U>(f));
  }

  /** Merges the values of each key, batch by batch. {@link reduceByKey} */
  reduceByKey<P extends Pair<Row, Row>>(
    this: DStream<P>,
    f: (a: P[1], b: P[1]) => P[1],
    partitions?: number | Partitioner,
  ): DStream<[P[0], P[1]]> {
    return this.via(reduceByKey<P>(f, partitions));
  }

  /** Counts the rows of every batch. {@link count} */
  count(): DStream<number> {
    return this.via(count());
  }

  /** Puts the rows of several streams into one. {@link union} */
  union(...others: DStream<T>[]): DStream<T> {
    return this.via(union<T>(), ...others);
  }

  /** Makes the RDD of every batch by a function, with the whole RDD API at hand. {@link transform} */
  transform<U extends Row>(f: (rdd: RDD<T>, time: Time) => RDD<U> | Promise<RDD<U>>): DStream<U> {
    return this.via(transform(f));
  }

  /** Gives the RDD of every batch to a function: the output that all others are made of. {@link foreachRDD} */
  foreachRDD(f: (rdd: RDD<T>, time: Time) => unknown): void {
    this.to(foreachRDD(f));
  }

  /** Prints the time and the first rows of every batch to standard output. {@link print} */
  print(n?: number): void {
    this.to(print(n));
  }

  /** Puts an operator behind this stream, ours or your own. @param others its other parents, where it has several */
  via<U extends Row>(op: Op<U>, ...others: DStream<Row>[]): DStream<U> {
    for (const other of others) {
      if (other.#program !== this.#program) throw new UsageError('GRAPH.OTHER_CONTEXT', { operator: op.name });
    }
    return new DStream<U>(this.#program, this.#program.stage(op, [this.node, ...others.map((other) => other.node)]));
  }

  /** Puts an output operation behind this stream, ours or your own. */
  to(output: Output<T>): void {
    this.#program.sink(output as Output<never>, this.node);
  }
}

/** The program that streams belong to, while it is written. */
export interface Program {
  /** @throws UsageError when the operator cannot be put there, or the context is started or stopped */
  stage(op: Op<Row>, parents: readonly StreamNode[]): StreamNode;
  sink(output: Output<never>, parent: StreamNode): void;
}
