// Measures firesteel.
//
//   npm run bench                                  every row; kept in bench/results/latest.json
//   npm run bench -- --rows throughput,event-loop  these rows; the others are kept as they were
//   npm run bench -- --rows '' --write             none of them, only the page
//   npm run bench -- --quick                       a little of everything, kept nowhere: whether the programs run
//   npm run bench -- --write                       as without, and writes docs/performance.md from what is kept

import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { coresOfOthers, type Figure, fullScale, quickScale, type Scale } from './harness.ts';
import { picturesOf } from './pictures.ts';
import { keep, type Recorded, read, recorded } from './recording.ts';
import { readRows } from './spark/kept.ts';
import { sparkSection } from './spark/section.ts';
import { performancePage, textOf } from './tables.ts';

interface Row {
  readonly title: string;
  measure(scale: Scale): Promise<readonly Figure[]>;
}

/** In the order of the page. Each is loaded when it is measured, so that a child holds nothing that it does not use. */
const rows: Readonly<Record<string, () => Promise<Row>>> = {
  'first-result': () => import('./rows/first-result.ts'),
  'batch-floor': () => import('./rows/batch-floor.ts'),
  'event-loop': () => import('./rows/event-loop.ts'),
  throughput: () => import('./rows/throughput.ts'),
  windows: () => import('./rows/windows.ts'),
  state: () => import('./rows/state.ts'),
  sealing: () => import('./rows/sealing.ts'),
  growth: () => import('./rows/growth.ts'),
  'socket-intake': () => import('./rows/socket-intake.ts'),
};

/** What this file is in the processes and threads that the rows start. */
const children: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  'word-count': async (args) => (await import('./children/word-count.ts')).wordCount(args),
  recovery: async (args) => (await import('./children/recovery.ts')).recovery(args),
  'text-server': async () => (await import('./children/text-server.ts')).textServer(),
};

const results = 'bench/results/latest.json';
const sparkResults = 'bench/results/spark.json';

const { values, positionals } = parseArgs({
  options: {
    rows: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    child: { type: 'string' },
  },
  allowPositionals: true,
});
if (values.child === undefined) await main();
else await children[values.child]?.(positionals);

async function main(): Promise<void> {
  const names = Object.keys(rows);
  const wanted = values.rows?.split(',').filter(Boolean) ?? names;
  const unknown = wanted.filter((name) => rows[name] === undefined);
  if (unknown.length > 0) throw new Error(`There is no row ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  for (const name of names) if (wanted.includes(name)) await measure(name, names);
  if (values.write) write();
}

/** Writes docs/performance.md and its pictures from what is kept. */
function write(): void {
  const [kept, besideSpark] = [read(results), readRows(sparkResults)];
  writeFileSync('docs/performance.md', performancePage(kept, sparkSection(besideSpark)));
  mkdirSync('docs/performance', { recursive: true });
  for (const [name, picture] of Object.entries(picturesOf(kept, besideSpark))) {
    writeFileSync(`docs/performance/${name}`, picture);
  }
}

async function measure(name: string, order: readonly string[]): Promise<void> {
  const row = await (rows[name] as () => Promise<Row>)();
  const scale = values.quick ? quickScale : fullScale;
  const measured: Recorded = recorded(name, row.title, await coresOfOthers(() => row.measure(scale)));
  console.log(textOf(measured));
  if (!values.quick) keep(results, [measured], order);
}
