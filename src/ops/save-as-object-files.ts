import type { Row } from '../core/row.ts';
import { batchFolder } from '../rdd/save.ts';
import { defineOutput, type Output } from './define.ts';

/**
 * Writes the rows of every batch to a folder of its own, as bytes, which sc.objectFile reads back.
 *
 * Shape:  DStream<T> → nothing
 * Emits   a folder `prefix-<batch time in ms>`, with `.suffix` where there is one: `part-00000` … for each partition,
 *         then `_SUCCESS`; also for an empty batch.
 * Waits   for the batches before it.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @param prefix with an empty one the folder is the time alone
 * @param suffix none when it is empty
 * @throws StateError (STORAGE.FAILED) as the batch's failure; a batch that runs again writes its folder again
 * @example
 * const runtime = testRuntime();
 * await run((ssc, input) => (input.saveAsObjectFiles('out/words', 'd'), input), [['a']], { runtime, partitions: 1 });
 * (await runtime.storage.list('out/words-1000.d')).map(({ name }) => name) // => ['_SUCCESS', 'part-00000']
 *
 * Spark: as DStream.saveAsObjectFiles.
 */
export function saveAsObjectFiles<T extends Row>(prefix: string, suffix = ''): Output<T> {
  return defineOutput<T>({
    name: 'saveAsObjectFiles',
    code: [],
    run: (rdd, time) => rdd.saveAsObjectFile(batchFolder(prefix, time.milliseconds, suffix)),
  });
}
