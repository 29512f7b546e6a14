import { expect, test } from 'vitest';
import { countWords, type Play, type PlayOptions, play } from './play.ts';
import { Trace } from './trace.ts';

/** The word count, started and settled, its trace begun. */
async function started(options: PlayOptions = {}): Promise<Play & { readonly trace: Trace }> {
  const stage = play(options);
  const trace = new Trace(() => stage.runtime.clock.now());
  stage.ssc.onMessage = trace.note;
  countWords(stage);
  stage.ssc.start();
  await stage.runtime.settle();
  return { ...stage, trace };
}

test('one batch of the word count, message by message', async () => {
  const { runtime, server, trace, ssc } = await started();
  server.send('to be or\nnot to be\n');
  await runtime.clock.advance(1000);
  expect(trace.take()).toMatchInlineSnapshot(`
    "at 0 ms
      context → listeners                               streaming.started 0
      context → supervisor:0                            receiver.start
      context → clock                                   clock.start
      supervisor:0 → receiver:0                         receiver.start
      receiver:0 → supervisor:0                         receiver.started
      supervisor:0 → listeners                          receiver.up stream 0
    at 200 ms
      receiver:0 → input:0:socketTextStream             block.stored input-0-0 (2 rows)
    at 1000 ms
      clock → input:0:socketTextStream                  batch.tick 1000
      input:0:socketTextStream → receiver:0             block.seal 1000
      receiver:0 → input:0:socketTextStream             block.sealed 1000
      input:0:socketTextStream → scheduler              input.planned 1000 stream 0 2 rows input-0-0
      input:0:socketTextStream → stage:1:flatMap        rdd.ready 1000
      stage:1:flatMap → stage:2:map                     rdd.ready 1000
      stage:2:map → stage:3:reduceByKey                 rdd.ready 1000
      stage:3:reduceByKey → sink:4:print                rdd.ready 1000
      sink:4:print → scheduler                          job.ready 1000
      scheduler → listeners                             batch.submitted 1000 2 rows
      scheduler → listeners                             batch.started 1000 2 rows
      scheduler → listeners                             output.started 1000 output 0
      scheduler → sink:4:print                          job.run 1000
      sink:4:print → scheduler                          job.done 1000
      scheduler → listeners                             output.completed 1000 output 0
      scheduler → listeners                             batch.completed 1000 2 rows
      scheduler → clock                                 batch.ended 1000
      scheduler → input:0:socketTextStream              batch.sealed 1000
      scheduler → stage:1:flatMap                       batch.sealed 1000
      scheduler → stage:2:map                           batch.sealed 1000
      scheduler → stage:3:reduceByKey                   batch.sealed 1000
      input:0:socketTextStream → receiver:0             block.freed input-0-0 (2 rows)"
  `);
  await ssc.stop();
});

test('a graceful stop, message by message: what has come becomes a last batch', async () => {
  const { runtime, server, trace, stop, stoppedMs, counts } = await started();
  await runtime.clock.advance(1000);
  server.send('last words\n');
  await runtime.clock.advance(100);
  trace.take();
  stop(true);
  await runtime.clock.advance(900);
  expect(trace.take()).toMatchInlineSnapshot(`
    "at 1100 ms
      context → drain                                   context.stop with grace
      drain → input:0:socketTextStream                  input.close
      drain → scheduler                                 jobs.list
      input:0:socketTextStream → supervisor:0           receiver.stop
      scheduler → drain                                 jobs.listed 0 batches
      supervisor:0 → receiver:0                         receiver.stop
      drain → listeners                                 streaming.stopping 1100
      receiver:0 → supervisor:0                         receiver.stopped 'Stopped by driver'
      supervisor:0 → listeners                          receiver.down stream 0
      supervisor:0 → receiver:0                         receiver.close
      receiver:0 → input:0:socketTextStream             block.stored input-0-0 (1 rows)
      receiver:0 → input:0:socketTextStream             receiver.closed
      input:0:socketTextStream → drain                  input.closed has more
      drain → clock                                     clock.stop once more
    at 2000 ms
      clock → input:0:socketTextStream                  batch.tick 2000
      clock → drain                                     clock.stopped 2000
      input:0:socketTextStream → receiver:0             block.seal 2000
      drain → scheduler                                 jobs.finish 2000
      receiver:0 → input:0:socketTextStream             block.sealed 2000
      input:0:socketTextStream → scheduler              input.planned 2000 stream 0 1 rows input-0-0
      input:0:socketTextStream → stage:1:flatMap        rdd.ready 2000
      stage:1:flatMap → stage:2:map                     rdd.ready 2000
      stage:2:map → stage:3:reduceByKey                 rdd.ready 2000
      stage:3:reduceByKey → sink:4:print                rdd.ready 2000
      sink:4:print → scheduler                          job.ready 2000
      scheduler → listeners                             batch.submitted 2000 1 rows
      scheduler → listeners                             batch.started 2000 1 rows
      scheduler → listeners                             output.started 2000 output 0
      scheduler → sink:4:print                          job.run 2000
      sink:4:print → scheduler                          job.done 2000
      scheduler → listeners                             output.completed 2000 output 0
      scheduler → listeners                             batch.completed 2000 1 rows
      scheduler → clock                                 batch.ended 2000
      scheduler → input:0:socketTextStream              batch.sealed 2000
      scheduler → stage:1:flatMap                       batch.sealed 2000
      scheduler → stage:2:map                           batch.sealed 2000
      scheduler → stage:3:reduceByKey                   batch.sealed 2000
      scheduler → drain                                 jobs.finished
      input:0:socketTextStream → receiver:0             block.freed input-0-0 (1 rows)
      drain → input:0:socketTextStream                  input.stop
      input:0:socketTextStream → drain                  input.stopped
      drain → context                                   context.drained"
  `);
  expect(stoppedMs()).toBe(2000);
  expect(counts()).toEqual({ last: 1, words: 1 });
});

test('a connection that ends, message by message: the receiver is stopped, and started again', async () => {
  const { runtime, server, trace, ssc } = await started();
  trace.take();
  server.send('unfinished');
  server.connections[0]?.end();
  await runtime.clock.advance(500);
  expect(trace.take()).toMatchInlineSnapshot(`
    "at 0 ms
      receiver:0 → supervisor:0                         receiver.restart 'Socket data stream had no more data'
      supervisor:0 → receiver:0                         receiver.stop
      receiver:0 → supervisor:0                         receiver.stopped 'Stopped by driver'
      supervisor:0 → listeners                          receiver.down stream 0
    at 200 ms
      receiver:0 → input:0:socketTextStream             block.stored input-0-0 (1 rows)"
  `);
  await runtime.clock.advance(1600);
  trace.take();
  await runtime.clock.advance(400);
  expect(trace.take()).toMatchInlineSnapshot(`
    "at 2233 ms
      supervisor:0 → receiver:0                         receiver.start
      receiver:0 → supervisor:0                         receiver.started
      supervisor:0 → listeners                          receiver.up stream 0"
  `);
  await ssc.stop();
});

test('a stop without grace, message by message', async () => {
  const { runtime, trace, stop, stoppedMs } = await started();
  trace.take();
  stop(false);
  await runtime.settle();
  expect(trace.take()).toMatchInlineSnapshot(`
    "at 0 ms
      context → drain                                   context.stop without grace
      drain → input:0:socketTextStream                  input.close
      drain → clock                                     clock.stop at once
      drain → scheduler                                 jobs.stop
      input:0:socketTextStream → supervisor:0           receiver.stop
      clock → drain                                     clock.stopped 0
      scheduler → drain                                 jobs.finished
      supervisor:0 → receiver:0                         receiver.stop
      receiver:0 → supervisor:0                         receiver.stopped 'Stopped by driver'
      supervisor:0 → listeners                          receiver.down stream 0
      supervisor:0 → receiver:0                         receiver.close
      receiver:0 → input:0:socketTextStream             receiver.closed
      input:0:socketTextStream → drain                  input.closed has no more
      drain → input:0:socketTextStream                  input.stop
      input:0:socketTextStream → drain                  input.stopped
      drain → context                                   context.drained"
  `);
  expect(stoppedMs()).toBe(0);
});
