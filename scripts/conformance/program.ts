import { DStream, type Row, type StreamingContext } from 'firesteel';
import { Feed, type FeedBatch } from 'firesteel/testing';
import { type Case, CaseMistake, rowsOf, type Source } from './cases.ts';
import { apply, type Made } from './operators.ts';
import { Step } from './step.ts';

/** A program as a case describes it, put together on a context. */
export interface Program {
  /** What the last step made; the first source where there is no step. */
  readonly last: Made;
  /** The source where the first step begins. */
  readonly source: DStream<Row>;
  /** A stream by its name. @throws CaseMistake */
  stream(name: string): DStream<Row>;
}

/** Puts a program together, step by step. @throws what the program's own calls throw, and CaseMistake, NotThereYet */
export function define(ssc: StreamingContext, { streams = [], ops = [] }: Case): Program {
  const named = new Map<string, Made>(streams.map((source) => [source.name, feed(ssc, source)]));
  const stream = (name: string): DStream<Row> => {
    const made = named.get(name);
    if (made instanceof DStream) return made;
    throw new CaseMistake(`there is no stream named ${name}`);
  };
  const [first] = streams;
  if (first === undefined) throw new CaseMistake('a program needs a source');
  const source = stream(first.name);
  let last: Made = source;
  for (const data of ops) {
    const names = typeof data.of === 'string' ? [data.of] : data.of;
    const inputs = names?.map(stream) ?? [last];
    last = apply(data.op, new Step(ssc, data, inputs.map(checkStream)));
    if (data.as !== undefined) named.set(data.as, last);
  }
  return { last, source, stream };
}

function checkStream(made: Made): DStream<Row> {
  if (made instanceof DStream) return made;
  throw new CaseMistake('nothing comes behind an output');
}

function feed(ssc: StreamingContext, { batches, partitions }: Source): DStream<Row> {
  const rows = batches.map((batch): FeedBatch<Row> => (batch === null ? null : (rowsOf(batch) as readonly Row[])));
  return ssc.inputStream(new Feed(rows, partitions));
}
