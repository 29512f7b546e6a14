// One of the measured programs, on firesteel: PROGRAM key=value … Its last line of output is what it measured, as JSON.
// Every program has warm + batches batches, and one more behind them for the check, which is not counted.

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Milliseconds, type RDD, SparkConf, StreamingContext } from 'firesteel';
import { BatchWatch } from '../../batch-watch.ts';
import { formOf } from '../../functions.ts';
import { Check, define, hasState } from '../programs.ts';
import { type BatchTime, saidOf } from '../said.ts';

const [program = '', ...words] = process.argv.slice(2);
const options = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
const number = (name: string, otherwise: number): number => Number(options.get(name) ?? otherwise);

const [warm, batches, seconds, intervalMs] = [
  number('warm', 2),
  number('batches', 10),
  number('seconds', 0),
  number('interval', 50),
];
const { functions, mayUseKernels } = formOf(options.get('form') ?? 'closures');
const conf = new SparkConf().setMaster('local[2]').setAppName(program).set('spark.log.level', 'ERROR');
conf.set('firesteel.executor.kernels', mayUseKernels);
const ssc = new StreamingContext(conf, Milliseconds(intervalMs));
const folder = hasState(program) ? checkpointFolder() : undefined;
if (folder !== undefined) ssc.checkpoint(folder);
const check = new Check(warm + batches + 1);
const lines =
  program === 'socket'
    ? ssc.socketTextStream('127.0.0.1', number('port', 0))
    : ssc.queueStream(Array.from({ length: warm + batches + 1 }, (_, batch) => input(batch)));
define(program, lines, { functions, pattern: options.get('pattern') ?? '', slideMs: intervalMs, check });

const watch = new BatchWatch(ssc);
const delays = monitorEventLoopDelay({ resolution: 1 });
if (options.has('loop')) void watch.until(warm).then(() => delays.enable());
const all = seconds > 0 ? sleep(seconds * 1000) : watch.until(warm + batches + 1);
ssc.start();
await Promise.race([all, ssc.awaitTermination()]);
delays.disable();
const records = number('records', 0);
const said = saidOf(watch.batches, {
  warm,
  batches: seconds > 0 ? undefined : batches,
  records: records > 0 ? records : undefined,
  intervalMs,
  time: (options.get('time') ?? 'processed') as BatchTime,
});
const peakMiB = process.resourceUsage().maxRSS / 1024;
const loop = options.has('loop') ? { loopMsP99: delays.percentile(99) / 1e6, loopMsMax: delays.max / 1e6 } : {};
if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify({ ...said, ...loop, peakMiB, check: check.numbers })}\n`, () => process.exit(0));

/** The input of a batch: the files of a folder in turns, behind init.txt where there is one. */
function input(batch: number): RDD<string> {
  const sc = ssc.sparkContext;
  const dir = options.get('dir');
  if (dir === undefined) return sc.parallelize(['word'], 1);
  const names = readdirSync(dir).sort();
  if (batch === 0 && names.includes('init.txt')) return sc.textFile(join(dir, 'init.txt'), 2);
  const files = names.filter((name) => name !== 'init.txt');
  return sc.textFile(join(dir, files[batch % files.length] ?? ''), 2);
}

/** On the disk that the package is on; folders for temporary files may be in memory. */
function checkpointFolder(): string {
  mkdirSync('.tmp', { recursive: true });
  return mkdtempSync(join('.tmp', 'checkpoint-'));
}
