import { expect, test } from 'vitest';
import { codeOfError, desk, Tap } from './kit.ts';

const seeds = Array.from({ length: 200 }, (_, seed) => seed);

test('all that is said before the end is heard before it, whatever the order in which messages arrive', async () => {
  for (const seed of seeds) {
    const d = desk({ seed });
    const ssc = d.streaming();
    const heard: string[] = [];
    ssc.addStreamingListener({
      onStreamingStarted: () => void heard.push('started'),
      onBatchCompleted: () => void heard.push('batch completed'),
      onReceiverStopped: () => void heard.push('receiver stopped'),
    });
    const tap = new Tap();
    ssc.receiverStream(tap).foreachRDD(() => {
      throw new Error('no disk');
    });
    ssc.awaitTermination().then(
      () => heard.push('ended'),
      (error: unknown) => heard.push(codeOfError(error)),
    );
    ssc.start();
    await d.runtime.settle();
    tap.store(1);
    void ssc.stop(true, true).then(() => heard.push('stopped'));
    await d.runtime.clock.advance(1000);
    expect(heard.at(-1)).toBe('stopped');
    expect(heard.toSorted()).toEqual(['OUTPUT.THREW', 'batch completed', 'receiver stopped', 'started', 'stopped']);
  }
});
