import { openDirectory } from '../../src/checkpoint/directory.ts';
import type { CheckpointFact } from '../../src/checkpoint/facts.ts';
import type { History } from '../../src/checkpoint/history.ts';
import type { RDD } from '../../src/rdd/rdd.ts';
import { Feed, testRuntime } from '../../src/testing/index.ts';
import { countWords, type Play } from './play.ts';
import { hasHeard, type Scenario, scenario } from './scenarios.ts';

/** Five batches of the word count that are written down; then a stop, and a look at what another process would find. */
export const writtenDown: Scenario = scenario<Play & { readonly found: History; readonly isLocked: boolean }>({
  conf: { 'firesteel.receiver.bufferBytesMax': '10', 'firesteel.batches.pendingMax': '2' },
  run: async (stage) => {
    const { runtime, ssc, server, marks } = stage;
    countWords(stage);
    const persisted: RDD<number>[] = [];
    const numbers = ssc.inputStream(new Feed([[1], [2]])).map((n) => n);
    numbers.persist().foreachRDD((rdd) => void persisted.push(rdd));
    ssc.checkpoint('/checkpoint');
    ssc.start();
    await runtime.settle();
    for (const word of ['one', 'two', 'six', 'ten']) server.send(`${word} a\n`);
    await runtime.clock.advance(5000);
    stage.stop(true);
    await runtime.clock.advance(60_000);
    if (persisted[0]?.getStorageLevel().useMemory === true) marks.push('persisted rows are kept');
    const next = testRuntime({ after: runtime });
    const facts: CheckpointFact[] = [];
    const directory = { runtime: next, folder: '/checkpoint', tell: (fact: CheckpointFact) => facts.push(fact) };
    const { history } = await openDirectory(directory);
    return { found: history, isLocked: facts.some(({ type }) => type === 'lock.inherited') };
  },
  laws: {
    'no output begins': (seen) => !hasHeard(seen, 'output.started'),
    'the rows of the first batch are lost': ({ counts }) => counts()['one'] !== 1 || counts()['two'] !== 1,
    'the memory of ended batches is not freed': ({ counts }) => counts()['six'] !== 1 || counts()['ten'] !== 1,
    'persisted rows of ended batches are kept': ({ marks }) => marks.includes('persisted rows are kept'),
    'a batch would be done again': ({ found }) => found.firstOutstandingMs(1000) <= 5000,
    'the directory stays taken': ({ isLocked }) => isLocked,
    'the stop takes longer than the work': ({ stoppedMs }) => (stoppedMs() ?? 20_000) > 7000,
  },
});

/** A checkpoint that cannot be written. */
export const fullDisk: Scenario = scenario({
  run: async (stage) => {
    const { runtime, ssc } = stage;
    countWords(stage);
    ssc.checkpoint('/checkpoint');
    ssc.start();
    await runtime.clock.advance(1500);
    runtime.storage.failNext('append', 'ENOSPC: no space left on device');
    await runtime.clock.advance(60_000);
    return {};
  },
  laws: {
    'the failure is not reported': ({ reported }) => reported() !== 'CHECKPOINT.WRITE_FAILED',
    'the context goes on': ({ ssc }) => ssc.getState() !== 'STOPPED',
  },
});
