// Measures firesteel beside Apache Spark, in turns, on the same files.
//
//   npm run bench:spark                        every row that is not complete; kept in bench/results/spark.json
//   npm run bench:spark wordcount floor        these rows
//   npm run bench:spark -- --again floor       anew, whatever is kept
//   npm run bench:spark -- --most 5 floor      at most so many turns of a row now, if others disturb them
//   npm run bench:spark -- --patience 5 floor  waits so many seconds for a quiet moment before a run, not 60
//   npm run bench:spark -- --quick             a little of everything, kept nowhere: whether the programs run
//
// It needs a JDK (17 or newer) and Python with venv; Spark and the data, 2 GB, go into .tmp/spark. The page is written
// from what is kept by `npm run bench -- --rows '' --write`.

import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeData } from './data.ts';
import { install, sparkFolder } from './install.ts';
import { isComplete } from './judged.ts';
import { type KeptRow, keepRow, readRows } from './kept.ts';
import { type Place, takeTurn } from './measuring.ts';
import { fullSparkScale, quickSparkScale, type SparkRow, sparkRows } from './rows.ts';
import { textOfRow } from './section.ts';

const results = 'bench/results/spark.json';

const { values, positionals } = parseArgs({
  options: {
    again: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    most: { type: 'string' },
    patience: { type: 'string', default: '60' },
  },
  allowPositionals: true,
});
await main();

async function main(): Promise<void> {
  const installed = install(console.log);
  const scale = values.quick ? quickSparkScale : fullSparkScale;
  const folder = join(sparkFolder, values.quick ? 'data-quick' : 'data');
  const rows = sparkRows(scale, folder, makeData(folder, scale.data, console.log));
  const names = rows.map(({ name }) => name);
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`There is no row ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  const place = { installed, folder, patienceSeconds: Number(values.patience) };
  for (const row of rows) {
    if (positionals.length === 0 || positionals.includes(row.name)) await measure(row, place, names);
  }
}

async function measure(row: SparkRow, place: Place, order: readonly string[]): Promise<void> {
  const before = values.again || values.quick ? undefined : readRows(results).find((kept) => kept.row === row.name);
  let kept: KeptRow = { ...circumstances(row, place), turns: before?.turns ?? [] };
  let left = Number(values.most ?? Number.POSITIVE_INFINITY);
  for (; left > 0 && !isComplete(kept.turns, row.turns); left--) {
    kept = { ...circumstances(row, place), turns: [...kept.turns, await takeTurn(row, place)] };
    if (!values.quick) keepRow(results, kept, order);
    console.log(`${row.name}: turn ${kept.turns.length} is done.`);
  }
  console.log(textOfRow(kept));
}

function circumstances({ name, title, turns, measures }: SparkRow, { installed }: Place): Omit<KeptRow, 'turns'> {
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return {
    row: name,
    title,
    wanted: turns,
    measures,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${memoryGiB} GiB`,
    node: process.versions.node,
    java: installed.java,
  };
}
