import { messageOf, UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import { rowText } from '../core/row-text.ts';
import { findScope, type Scope } from '../core/scope.ts';
import type { Storage } from '../core/storage.ts';
import type { Task } from './executor.ts';
import { type Plan, partitionsOf } from './plan.ts';
import { allRows } from './read.ts';
import type { Reading } from './reading.ts';
import { rowsToBytes } from './rows-codec.ts';
import { runTasks } from './run-tasks.ts';
import { prepare } from './shuffle.ts';

// Folders of part files, laid out as Spark does: part-00000 … and an empty _SUCCESS when all are there.

/** A row a line. */
export function saveText(plan: Plan, path: string, reading: Reading): Promise<void> {
  return save(plan, path, reading, function* (rows) {
    const lines: string[] = [];
    for (const row of rows) {
      if (lines.push(`${rowText(row as Row)}\n`) % rowsBetweenYields === 0) yield rowsBetweenYields;
    }
    return Buffer.from(lines.join(''));
  });
}

/** A row may be an object, whose text takes microseconds. */
const rowsBetweenYields = 256;

/** The rows of a partition as V8 writes them. @throws UsageError (SAVE.NOT_SERIALIZABLE) */
export function saveObjects(plan: Plan, path: string, reading: Reading): Promise<void> {
  // biome-ignore lint/correctness/useYield: V8 writes all in one go
  return save(plan, path, reading, function* (rows) {
    try {
      return rowsToBytes(rows);
    } catch (cause) {
      throw new UsageError('SAVE.NOT_SERIALIZABLE', { path, reason: messageOf(cause) }, { cause });
    }
  });
}

type Encoding = (rows: readonly unknown[]) => Task<Buffer>;

async function save(plan: Plan, path: string, reading: Reading, encode: Encoding): Promise<void> {
  const { storage } = reading.engine.runtime;
  // A batch that runs again writes its folder again; a program of its own does not overwrite what is there.
  if (reading.job.isOfBatch || isInsideBatch()) await storage.remove(path);
  else if ((await storage.list(path)).length > 0) throw new UsageError('SAVE.FOLDER_EXISTS', { path });
  await prepare(plan, reading);
  const tasks = partitionsOf(plan).map((index) => savePart(plan, index, `${path}/${partName(index)}`, reading, encode));
  await runTasks(tasks, reading);
  await storage.append(`${path}/_SUCCESS`, new Uint8Array());
}

/** Whether a function that plans a batch, as that of `transform` is, saves. */
function isInsideBatch(): boolean {
  const isOpen = (scope: Scope): scope is Scope => scope.kind === 'batch' && 'isOpen' in scope && scope.isOpen === true;
  return findScope(isOpen) !== undefined;
}

function* savePart(plan: Plan, index: number, path: string, reading: Reading, encode: Encoding): Task<void> {
  const rows = yield* allRows(plan, index, reading);
  const { storage } = reading.engine.runtime;
  yield storage.append(path, yield* encode(rows));
}

function partName(index: number): string {
  return `part-${String(index).padStart(5, '0')}`;
}

/**
 * The files of a path: a file, or all files of a folder, or those that a name with * and ? matches; undefined where
 * there are none. Files whose names begin with `.` or `_` are hidden: one has to name them.
 */
export async function filesAt(
  storage: Storage,
  path: string,
): Promise<readonly { path: string; sizeBytes: number }[] | undefined> {
  const inside = await storage.list(path);
  if (inside.length > 0) {
    const shown = inside.filter(({ name }) => !isHidden(name));
    return shown.map(({ name, sizeBytes }) => ({ path: `${path}/${name}`, sizeBytes }));
  }
  const slash = path.lastIndexOf('/');
  const folder = slash < 0 ? '.' : path.slice(0, slash) || '/';
  const last = path.slice(slash + 1);
  const pattern = globOf(last);
  const siblings = (await storage.list(folder)).filter(
    ({ name }) => pattern.test(name) && (isHidden(last) || !isHidden(name)),
  );
  if (siblings.length === 0) return undefined;
  const prefix = slash < 0 ? '' : path.slice(0, slash + 1);
  return siblings.map(({ name, sizeBytes }) => ({ path: `${prefix}${name}`, sizeBytes }));
}

function isHidden(name: string): boolean {
  return /^[._]/.test(name);
}

/** `*` and `?`, and all else as it is written. */
export function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  return new RegExp(`^${source}$`);
}

/** The folder of one batch: `prefix-<ms>`, `prefix-<ms>.suffix`; `<ms>` alone where there is no prefix. */
export function batchFolder(prefix: string, timeMs: number, suffix: string): string {
  const name = prefix === '' ? String(timeMs) : `${prefix}-${timeMs}`;
  return suffix === '' ? name : `${name}.${suffix}`;
}
