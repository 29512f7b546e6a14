import { defineOp, InputDStream, type Op, type RDD, Seconds, SparkConf, StreamingContext } from 'firesteel';
import { Feed, testRuntime } from 'firesteel/testing';
import { expect, describe as group, onTestFinished, test } from 'vitest';
import { describe, type Graph, GraphBuilder } from '../../src/graph/graph.ts';
import { defineOutput } from '../../src/ops/define.ts';

function contextOf(): StreamingContext {
  const conf = new SparkConf().setMaster('local[2]').setAppName('test');
  const ssc = new StreamingContext(conf, Seconds(1), { runtime: testRuntime() });
  onTestFinished(() => ssc[Symbol.asyncDispose]());
  return ssc;
}

/** The graph of a program that is written and not started. */
function graphOf(write: (ssc: StreamingContext) => void): Graph {
  const ssc = contextOf();
  write(ssc);
  return ssc.freeze();
}

const everySecond = (): Feed<string> => new Feed<string>([]);
const every = (slideMs: number | undefined): Op<number> =>
  defineOp<number>({ name: `every ${slideMs}`, slideMs, code: [], plan: (batch) => batch.rows<number>([]) });
const nothing = defineOutput<number>({ name: 'nothing', code: [], run: () => undefined });

group('a graph', () => {
  test('is told a node a line, with what each operator is', () => {
    const graph = graphOf((ssc) => {
      const lines = ssc.inputStream(everySecond());
      const counts = lines
        .flatMap((line) => line.split(' '))
        .map((word) => [word, 1])
        .reduceByKey((a, b) => a + b);
      counts.print();
      counts.union(counts).foreachRDD(() => undefined);
    });
    expect(describe(graph)).toMatchInlineSnapshot(`
      "input:0:feed
      stage:1:flatMap ← input:0:feed  (narrow, keeps nothing, arity 1, each 1000 ms)
      stage:2:map ← stage:1:flatMap  (narrow, keeps nothing, arity 1, each 1000 ms)
      stage:3:reduceByKey ← stage:2:map  (wide, keeps nothing, arity 1, each 1000 ms)
      stage:5:union ← stage:3:reduceByKey, stage:3:reduceByKey  (narrow, keeps nothing, arity one or more, each 1000 ms)
      sink:4:print ← stage:3:reduceByKey  (each 1000 ms)
      sink:6:foreachRDD ← stage:5:union  (each 1000 ms)"
    `);
  });

  test('has no node that no output reaches; what is left keeps its ids', () => {
    const graph = graphOf((ssc) => {
      const unread = ssc.inputStream(everySecond());
      unread.map((line) => line.length);
      const read = ssc.inputStream(everySecond());
      read.map((line) => line.length).filter((n) => n > 1);
      read.filter((line) => line !== '').print();
    });
    expect(describe(graph)).toMatchInlineSnapshot(`
      "input:2:feed
      stage:5:filter ← input:2:feed  (narrow, keeps nothing, arity 1, each 1000 ms)
      sink:6:print ← stage:5:filter  (each 1000 ms)"
    `);
    expect(graph.inputs.map(({ streamId }) => streamId)).toEqual([1]);
  });

  test('reaches over several outputs, and every parent of a stage', () => {
    const graph = graphOf((ssc) => {
      const [a, b, c] = [1, 2, 3].map(() => ssc.inputStream(everySecond()));
      a?.union(b as never).print();
      c?.print();
      c?.print();
    });
    expect([graph.inputs.length, graph.stages.length, graph.sinks.map(({ outputId }) => outputId)]).toEqual([
      3,
      1,
      [0, 1, 2],
    ]);
  });
});

group('a frozen graph', () => {
  test('has parents before children', () => {
    const graph = graphOf((ssc) => {
      let stream = ssc.inputStream(everySecond());
      for (let i = 0; i < 10; i += 1) stream = stream.filter(() => true).union(stream);
      stream.print();
    });
    const seen = new Set<unknown>(graph.inputs);
    for (const stage of graph.stages) {
      expect(stage.parents.every((parent) => seen.has(parent))).toBe(true);
      seen.add(stage);
    }
    expect(graph.stages.length).toBe(20);
  });

  test('of a program without outputs is empty', () => {
    const graph = graphOf((ssc) => void ssc.inputStream(everySecond()).map((line) => line));
    expect([graph.inputs, graph.stages, graph.sinks, describe(graph)]).toEqual([[], [], [], '']);
  });

  test('stays as it is when the program goes on, and cannot be changed', () => {
    const ssc = contextOf();
    const lines = ssc.inputStream(everySecond());
    lines.print();
    const graph = ssc.freeze();
    const text = describe(graph);
    lines.count().print();
    expect(describe(graph)).toBe(text);
    expect(describe(ssc.freeze())).not.toBe(text);
    expect([graph, graph.inputs, graph.stages, graph.sinks].every(Object.isFrozen)).toBe(true);
  });

  test('names each node as the program wrote it, and where', () => {
    const graph = graphOf((ssc) => {
      ssc
        .inputStream(everySecond())
        .map((line) => line.length)
        .print();
    });
    const sites = [...graph.inputs, ...graph.stages, ...graph.sinks].map(({ label }) => `${label.name} ${label.site}`);
    expect(sites.map((text) => text.replace(/:\d+$/, ''))).toEqual([
      'feed graph.test.ts',
      'map graph.test.ts',
      'print graph.test.ts',
    ]);
  });

  test('names a source of the program by its class', () => {
    class Thermometer extends InputDStream<number> {
      override compute(): RDD<number> | undefined {
        return undefined;
      }
    }
    expect(describe(graphOf((ssc) => ssc.inputStream(new Thermometer()).print())).split('\n')[0]).toBe(
      'input:0:Thermometer',
    );
  });
});

group('the slide of a node', () => {
  test('is the batch length at a source, the operator’s own, or that of its first parent', () => {
    const builder = new GraphBuilder(500);
    const input = builder.input('feed', everySecond());
    const wide = builder.stage(every(2000), [input]);
    const same = builder.stage(every(undefined), [wide]);
    const sink = builder.sink(nothing, same);
    expect([input, wide, same, sink].map(({ slideMs }) => slideMs)).toEqual([500, 2000, 2000, 2000]);
    expect(builder.freeze().batchMs).toBe(500);
    expect(builder.outputCount).toBe(1);
  });
});
