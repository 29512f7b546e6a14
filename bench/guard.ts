// Notices when firesteel has become slow: what a loop by hand costs, divided by what firesteel costs, in processor time
// of the same process, so that it moves little with the machine and with what else it does.
//
//   npm run guard               fails where the best of 5 is below half of what is recorded, or no kernel runs
//   npm run guard -- --record   records it, in bench/results/guard.json

import { readFileSync, writeFileSync } from 'node:fs';
import { type Form, forms } from './functions.ts';
import { fusedLoop } from './fused-loop.ts';
import { collectGarbage, inTurns, Meter, ratios } from './harness.ts';
import { zipfText } from './text.ts';
import { tooSlow, withoutKernel } from './too-slow.ts';
import { WordCountStream } from './word-count-stream.ts';

const file = 'bench/results/guard.json';
const lines = 200_000;
const rounds = 5;

const best: Record<string, number> = {};
for (const [name, form] of Object.entries(forms)) best[name] = await bestOf(form);
if (process.argv.includes('--record')) {
  writeFileSync(file, `${JSON.stringify(best, null, 2)}\n`);
} else {
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  const slow = [...tooSlow(best, recorded), ...withoutKernel(best)];
  for (const sentence of slow) console.error(sentence);
  if (slow.length > 0) process.exitCode = 1;
}
for (const [name, ratio] of Object.entries(best)) {
  console.log(`word count, ${name}: a loop by hand takes ${ratio} of what firesteel takes`);
}

async function bestOf(form: Form): Promise<number> {
  const text = zipfText(lines);
  const stream = new WordCountStream(form);
  const { loop, firesteel } = await inTurns(rounds, {
    firesteel: async () => (await stream.count(text)).meter.cpuMs,
    loop: () => {
      collectGarbage();
      const meter = new Meter();
      meter.start();
      fusedLoop(text);
      meter.stop();
      return meter.cpuMs;
    },
  });
  await stream.stop();
  return Number(Math.max(...ratios(loop, firesteel)).toFixed(3));
}
