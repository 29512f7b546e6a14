/**
 * Plants each bug of test/simulation/planted and simulates until a law finds it: `npm run planted`.
 *
 * `--only NAME` (any part of a name) runs these again, `--again` all; `--seeds N` is the budget, 2000 unless given;
 * `--at-once N` how many there are at a time, 2 at most; `--write` puts the table into docs/reliability.md.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { planted } from './planted.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    again: { type: 'boolean', default: false },
    'at-once': { type: 'string', default: '2' },
    seeds: { type: 'string', default: '2000' },
    write: { type: 'boolean', default: false },
  },
});
const { only, again: isAgain, write: isWritten } = values;
const seedsMax = Number(values.seeds);
if (!Number.isSafeInteger(seedsMax) || seedsMax < 1)
  throw new Error(`--seeds is '${values.seeds}', which is no count.`);
const atOnceMax = Math.min(2, availableParallelism(), Number(values['at-once']));
const print = (text: string): void => console.log(text);
process.exitCode = await planted({ only, isAgain, seedsMax, isWritten, atOnceMax, print });
