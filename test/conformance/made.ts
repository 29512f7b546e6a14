import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { conformance } from '../../scripts/conformance/conformance.ts';
import type { Lists } from '../../scripts/conformance/lists.ts';

/** What a case says. */
export type Fields = Readonly<Record<string, unknown>>;

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** Three batches, of which each record is doubled; whatever is given stands instead. */
export function doubled(fields: Fields = {}): Fields {
  return {
    id: 'made.doubled',
    title: 'each record twice',
    batchMs: 1000,
    kind: 'operators',
    streams: [{ name: 'in', batches: [[1, 2], [], [3]], partitions: 2 }],
    ops: [{ op: 'flatMap', f: 'selfAndDouble' }],
    expect: [[1, 2, 2, 4], [], [3, 6]],
    times: [1000, 2000, 3000],
    ordered: true,
    run: { batches: 3 },
    ...fields,
  };
}

/** A stream that is asked for the data of its batches. */
export function sliced(rows: readonly Fields[], fields: Fields = {}): Fields {
  const { id, title, batchMs, streams } = doubled({ streams: [{ name: 'in', batches: [[1], [2], [3]] }] });
  return { id, title, batchMs, streams, kind: 'slice', rows, ...fields };
}

/** A folder with these JSON files, which is gone behind the test. */
export async function folderOf(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(content));
  return folder;
}

/** Of files of cases. */
export const format = 'dstream-conformance/1';

/** What the reader makes of these cases. */
export async function reading(cases: readonly Fields[], lists: Partial<Lists> = {}) {
  const lines: string[] = [];
  const folder = await folderOf({ 'made.json': { format, family: 'made', cases } });
  const exitCode = await conformance(folder, { toCome: [], differences: [], ...lists }, (text) => lines.push(text));
  return { exitCode, lines, last: lines.at(-1) };
}

/** A case that passes, in silence. */
export const passing = { exitCode: 0, lines: ['1 passed, 0 failed, 0 skipped'], last: '1 passed, 0 failed, 0 skipped' };
/** A case that fails. */
export const failed = { exitCode: 1, last: '0 passed, 1 failed, 0 skipped' };
