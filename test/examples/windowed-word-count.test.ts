import { Seconds, SparkConf, StreamingContext } from 'firesteel';
import { testRuntime } from 'firesteel/testing';
import { expect, test } from 'vitest';
import { windowedWordCount } from '../../examples/windowed-word-count.ts';

test('the windowed word count counts the words of three batches, and prints them every five seconds', async () => {
  const runtime = testRuntime();
  const server = runtime.sockets.listen({ host: 'localhost', port: 9999 });
  const ssc = new StreamingContext(new SparkConf().setMaster('local[*]').setAppName('test'), Seconds(5), { runtime });
  ssc.sparkContext.setLogLevel('WARN');
  windowedWordCount(ssc.socketTextStream('localhost', 9999)).print();
  ssc.start();
  await runtime.settle();
  for (const line of ['to be', 'or', 'to', 'not be']) {
    server.send(`${line}\n`);
    await runtime.clock.advance(5000);
  }
  await runtime.clock.advance(15_000);
  await ssc.stop();
  expect(runtime.terminal.output).toMatchInlineSnapshot(`
    "-------------------------------------------
    Time: 5000 ms
    -------------------------------------------
    (to,1)
    (be,1)

    -------------------------------------------
    Time: 10000 ms
    -------------------------------------------
    (to,1)
    (be,1)
    (or,1)

    -------------------------------------------
    Time: 15000 ms
    -------------------------------------------
    (to,2)
    (be,1)
    (or,1)

    -------------------------------------------
    Time: 20000 ms
    -------------------------------------------
    (to,1)
    (be,1)
    (or,1)
    (not,1)

    -------------------------------------------
    Time: 25000 ms
    -------------------------------------------
    (to,1)
    (be,1)
    (not,1)

    -------------------------------------------
    Time: 30000 ms
    -------------------------------------------
    (be,1)
    (not,1)

    -------------------------------------------
    Time: 35000 ms
    -------------------------------------------

    "
  `);
});
