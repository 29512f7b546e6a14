import { expect, test } from 'vitest';
import { type TestRuntime, testRuntime } from '../../src/core/test-runtime.ts';
import { SparkConf, type State, StateSpec, StreamingContext } from '../../src/index.ts';
import { Feed, type FeedBatch } from '../../src/testing/feed.ts';

const folder = '/checkpoint';

/** Keeps what it is given: a megabyte of each letter. */
function program(runtime: TestRuntime, batches: readonly FeedBatch<string>[]): () => StreamingContext {
  return () => {
    const conf = new SparkConf().setMaster('local[2]').setAppName('snapshots');
    const ssc = new StreamingContext(conf, '1 s', { runtime });
    const keep = StateSpec.function((_: string, text: string | undefined, kept: State<string>) =>
      kept.update(text ?? ''),
    );
    ssc
      .inputStream(new Feed(batches))
      .map((letter): [string, string] => [letter, letter.repeat(2 ** 20)])
      .mapWithState(keep)
      .foreachRDD(() => undefined);
    return ssc;
  };
}

async function snapshotsAfter(runtime: TestRuntime, batches: number): Promise<readonly string[]> {
  await runtime.clock.advance(batches * 1000);
  const names = (await runtime.storage.list(folder)).map(({ name }) => name);
  return names.filter((name) => name.startsWith('snapshot'));
}

test('a program that comes back draws no snapshot of what the last one has', async () => {
  const letters = [...'abcdefghijklmnopqrst'];
  const runtime = testRuntime({ seed: 1 });
  const batches = [letters, ...Array.from({ length: 12 }, () => ['a'])];
  const first = await StreamingContext.getOrCreate(folder, program(runtime, batches), { runtime });
  first.start();
  const before = await snapshotsAfter(runtime, 6);
  expect(before).toHaveLength(1);
  await first.stop();

  const second = await StreamingContext.getOrCreate(folder, program(runtime, batches), { runtime });
  second.start();
  expect(await snapshotsAfter(runtime, 4)).toEqual(before);
  await second.stop();
});
