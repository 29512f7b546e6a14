import fc from 'fast-check';
import { type DStream, type Row, SparkConf } from 'firesteel';
import type { Seen, SimulatedWorld } from 'firesteel/testing';
import * as oracle from '../../src/testing/oracle.ts';
import type { Operator } from '../property/operator.ts';
import { anyProgram, Program as Drawn, type InputBatch, textOf } from '../property/program.ts';
import { operators } from '../property/programs.ts';
import { streamsOf } from '../property/run-program.ts';
import type { Program } from './programs.ts';

/** A program of the grammar of test/property, in a world where everything can go wrong. */
export interface DrawnProgram {
  readonly define: Program;
  readonly conf: SparkConf;
  /** What the outputs have written otherwise than the oracle says of what was in the batches, a line each. */
  readonly differences: (seen: Seen) => readonly string[];
  readonly toString: () => string;
}

/** The program of a seed; undefined for one that fails by itself, of which a simulation teaches nothing. */
export function drawnProgram(seed: number): DrawnProgram | undefined {
  const [drawn] = fc.sample(anyProgram(), { seed, numRuns: 1 });
  if (drawn === undefined || mayFail(drawn)) return undefined;
  const inputs = drawn.inputs.map(({ batches }) =>
    batches.flatMap((batch) => (Array.isArray(batch) ? (batch as readonly number[]) : [])).slice(0, rowsMax),
  );
  const { settings, nodes, sinks } = drawn;
  const { parallelism = 2, codegen, concurrentJobs } = settings;
  const conf = new SparkConf()
    .set('spark.default.parallelism', parallelism)
    .set('firesteel.executor.codegen', codegen)
    .set('spark.streaming.concurrentJobs', concurrentJobs)
    // What a window of a long slide holds would leave no room for what is to come into it.
    .set('firesteel.receiver.bufferRowsMax', 10 * rowsMax);
  const outputs = [...new Set(sinks.map(({ of }) => of))];

  const define = (ssc: Parameters<Program>[0], world: SimulatedWorld): void => {
    const streams = inputs.map((rows, i): DStream<Row> => {
      const name = `input ${i}`;
      return (i % 2 === 0 ? world.asked(name, rows) : world.received(name, rows)) as DStream<Row>;
    });
    for (const [i, stream] of streams.entries()) world.idempotent(`rows ${i}`, stream);
    for (const { name, args, parents } of nodes) {
      const of = parents.map((parent) => streams[parent] as DStream<Row>);
      streams.push((operators.get(name) as Operator<unknown>).build(args, of, ssc));
    }
    for (const of of outputs) world.idempotent(`s${of}`, streams[of] as DStream<Row>);
  };

  const differences = (seen: Seen): readonly string[] => {
    const rows = inputs.map((_, i) => seen.outputs.get(`rows ${i}`) ?? new Map<number, readonly Row[]>());
    const batches = rows.map((byTime): readonly InputBatch[] =>
      Array.from({ length: seen.batches }, (_each, i) => (byTime.get((i + 1) * 1000) ?? null) as InputBatch),
    );
    const given = batches.map((each) => ({ batches: each, partitions: 1, form: 'values' as const }));
    const streams = streamsOf(new Drawn(given, nodes, sinks, settings));
    return outputs.flatMap((of) => differencesOf(`s${of}`, streams[of] as oracle.Stream<unknown>, seen));
  };
  return { define, conf, differences, toString: () => String(drawn) };
}

/** Whether anything in it is told to fail, or cannot but fail: a join with what has no RDD at that time. */
function mayFail(drawn: Drawn): boolean {
  const isTold = drawn.nodes.some(({ name, args }) => {
    const text = (operators.get(name) as Operator<unknown>).show(args);
    return /throws|rejects|promises|no RDD/.test(text);
  });
  if (isTold || drawn.names().some((name) => name.endsWith(' that fails'))) return true;
  const whole = drawn.inputs.map((input) => ({
    ...input,
    batches: input.batches.map((batch) => (Array.isArray(batch) ? batch : [])),
  }));
  const streams = streamsOf({ inputs: whole, nodes: drawn.nodes });
  return streams.some(({ batches }) => batches.some((batch) => batch instanceof oracle.Failure));
}

/** So many rows an input has: enough for some batches, and soon sent. */
const rowsMax = 30;

function differencesOf(name: string, { batches, isOrdered }: oracle.Stream<unknown>, seen: Seen): readonly string[] {
  const written = seen.outputs.get(name);
  return batches.flatMap((batch, i) => {
    const timeMs = (i + 1) * 1000;
    const rows = written?.get(timeMs);
    if (batch === null && rows === undefined) return [];
    const isRight = rows !== undefined && Array.isArray(batch) && oracle.haveSameRows(rows, batch, isOrdered);
    return isRight ? [] : [`${name} at ${timeMs} ms wrote ${textOf(rows)}; right is ${textOf(batch)}`];
  });
}
