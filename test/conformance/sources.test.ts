import { readFileSync } from 'node:fs';
import { type RDD, Receiver, Seconds, StreamingContext } from 'firesteel';
import { expect, test } from 'vitest';
import { desk } from '../context/kit.ts';

// The cases of the reference about sources that are scripts: each is played as it stands in conformance/dstream.

const file = new URL('../../conformance/dstream/sources.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly { readonly id: string }[] };

/** The case with this id, as its script needs it. */
function caseOf<C>(id: string): C {
  const found = cases.find((each) => each.id === id);
  if (found === undefined) return expect.fail(`there is no case ${id}`);
  return found as unknown as C;
}

interface QueueCase {
  readonly oneAtATime: boolean;
  readonly script: readonly { readonly enqueue?: readonly (readonly (string | number)[])[]; readonly tick?: number }[];
  readonly expectNonEmpty: readonly (readonly (string | number)[])[];
}

test.each(['sources.queue.oneAtATime', 'sources.queue.py'])('%s', async (id) => {
  const { oneAtATime, script, expectNonEmpty } = caseOf<QueueCase>(id);
  const { runtime, streaming } = desk();
  const ssc = streaming();
  const queue: RDD<string | number>[] = [];
  const seen: (string | number)[][] = [];
  ssc.queueStream(queue, oneAtATime).foreachRDD(async (rdd) => seen.push(await rdd.collect()));
  ssc.start();
  for (const { enqueue = [], tick = 0 } of script) {
    for (const rows of enqueue) queue.push(ssc.sparkContext.parallelize(rows));
    await runtime.clock.advance(tick * 1000);
  }
  await ssc.stop();
  expect(seen.filter((rows) => rows.length > 0)).toEqual(expectNonEmpty);
});

interface SocketCase {
  readonly script: readonly { readonly send?: string; readonly tick?: number }[];
  readonly expectConcatenated: readonly string[];
  readonly expectTotals: { readonly received: number; readonly processed: number };
}

test('sources.socket.lines', async () => {
  const { script, expectConcatenated, expectTotals } = caseOf<SocketCase>('sources.socket.lines');
  const { runtime, streaming } = desk();
  const endpoint = { host: 'localhost', port: 9999 };
  const server = runtime.sockets.listen(endpoint);
  const ssc = streaming();
  const seen: string[] = [];
  const totals = { received: 0, processed: 0 };
  ssc.addStreamingListener({
    onBatchSubmitted: ({ numRecords }) => {
      totals.received += numRecords;
    },
    onBatchCompleted: ({ numRecords }) => {
      totals.processed += numRecords;
    },
  });
  ssc.socketTextStream(endpoint.host, endpoint.port).foreachRDD(async (rdd) => seen.push(...(await rdd.collect())));
  ssc.start();
  await runtime.settle();
  for (const { send = '', tick = 0 } of script) {
    server.send(send);
    await runtime.clock.advance(tick * 1000);
  }
  await ssc.stop();
  expect(seen).toEqual(expectConcatenated);
  expect(totals).toEqual(expectTotals);
});

interface FileCase {
  readonly batchMs: number;
  readonly newFilesOnly: boolean;
  readonly existing: readonly { readonly name: string; readonly text: string; readonly mtime: number }[];
  readonly script: readonly {
    readonly setClock?: number;
    readonly start?: true;
    readonly advance?: number;
    readonly writeFile?: { readonly name: string; readonly text: string };
  }[];
  readonly expectSet: readonly string[];
}

test('sources.file.newFilesOnlyFalse', async () => {
  const { batchMs, newFilesOnly, existing, script, expectSet } = caseOf<FileCase>('sources.file.newFilesOnlyFalse');
  const { runtime, conf, logSink } = desk();
  const write = (name: string, text: string): Promise<void> => runtime.storage.append(`/in/${name}`, Buffer.from(text));
  for (const { name, text, mtime } of existing) {
    await runtime.clock.jump(mtime - runtime.clock.now());
    await write(name, text);
  }
  const read = (bytes: Buffer): string[] => String(bytes).split('\n').slice(0, -1);
  const seen: string[] = [];
  let ssc: StreamingContext | undefined;
  for (const { setClock, start, advance = 0, writeFile } of script) {
    if (setClock !== undefined) await runtime.clock.jump(setClock - runtime.clock.now());
    if (start) {
      ssc = new StreamingContext(conf(), Seconds(batchMs / 1000), { runtime, logSink });
      ssc.fileStream('/in', { read, newFilesOnly }).foreachRDD(async (rdd) => seen.push(...(await rdd.collect())));
      ssc.start();
      await runtime.settle();
    }
    await runtime.clock.advance(advance);
    if (writeFile !== undefined) await write(writeFile.name, writeFile.text);
  }
  await ssc?.stop();
  expect(seen).toEqual(expectSet);
});

interface ThreadsCase {
  readonly threads: number;
  readonly recordsPerThread: number;
  readonly expectTotalCount: number;
}

/** What were threads are loops that take turns in any order, which the case does not fix either. */
test('sources.receiver.multiThread', async () => {
  const { threads, recordsPerThread, expectTotalCount } = caseOf<ThreadsCase>('sources.receiver.multiThread');
  class Loops extends Receiver<string> {
    override onStart(): void {
      for (let thread = 0; thread < threads; thread++) void this.#run(thread);
    }

    override onStop(): void {
      // The loops end by themselves.
    }

    async #run(thread: number): Promise<void> {
      for (let n = 0; n < recordsPerThread; n++) {
        await this.runtime.clock.sleep(this.runtime.random.below(3));
        if (!this.store(`${thread}-${n}`)) await this.drained();
      }
    }
  }
  const { runtime, streaming } = desk({ seed: 7 });
  const ssc = streaming();
  const seen: string[] = [];
  ssc.receiverStream(new Loops()).foreachRDD(async (rdd) => seen.push(...(await rdd.collect())));
  ssc.start();
  await runtime.clock.advance(5000);
  await ssc.stop();
  expect(seen).toHaveLength(expectTotalCount);
  expect(new Set(seen).size).toBe(expectTotalCount);
});
