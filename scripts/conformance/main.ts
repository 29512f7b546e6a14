/** Runs conformance cases: `npm run conformance`, or `npm run conformance -- --dir <folder of cases>`. */
import { parseArgs } from 'node:util';
import { conformance } from './conformance.ts';
import { readLists } from './lists.ts';

const { values } = parseArgs({ options: { dir: { type: 'string', default: 'conformance/dstream' } } });
const lists = await readLists('conformance/to-come.json', 'conformance/differences.json');
process.exitCode = await conformance(values.dir, lists, (text) => console.log(text));
