import { expect, describe as program, test } from 'vitest';
import { describe } from '../../src/graph/graph.ts';
import { desk, Tray } from '../context/kit.ts';

program('the graph of a program', () => {
  test('names its nodes by their places, and tells what they keep and how often they have an RDD', async () => {
    const ssc = desk().streaming();
    const numbers = ssc.inputStream(new Tray());
    const pairs = numbers.map((n) => [n % 2, n]);
    pairs.union(pairs.reduceByKey((a, b) => a + b)).print();
    numbers.count().foreachRDD(() => undefined);
    expect(describe(ssc.freeze())).toMatchInlineSnapshot(`
      "input:0:Tray
      stage:1:map ← input:0:Tray  (narrow, keeps nothing, arity 1, each 1000 ms)
      stage:2:reduceByKey ← stage:1:map  (wide, keeps nothing, arity 1, each 1000 ms)
      stage:3:union ← stage:1:map, stage:2:reduceByKey  (narrow, keeps nothing, arity one or more, each 1000 ms)
      stage:5:count ← input:0:Tray  (wide, keeps nothing, arity 1, each 1000 ms)
      sink:4:print ← stage:3:union  (each 1000 ms)
      sink:6:foreachRDD ← stage:5:count  (each 1000 ms)"
    `);
    await ssc.stop();
  });

  test('holds nothing that no output can reach', async () => {
    const ssc = desk().streaming();
    const used = ssc.inputStream(new Tray());
    const unused = ssc.inputStream(new Tray()).map((n) => n + 1);
    used.print();
    unused.filter((n) => n > 0);
    const { inputs, stages, sinks } = ssc.freeze();
    expect([inputs.length, stages.length, sinks.length]).toEqual([1, 0, 1]);
    await ssc.stop();
  });
});
