import { messageOf, UsageError } from '../core/errors.ts';
import type { Storage } from '../core/storage.ts';
import { Chunks, type TextChunk, textChunks } from './chunk.ts';
import { contiguousGroups } from './computations.ts';
import type { Task } from './executor.ts';
import type { Computation } from './plan.ts';
import { rowsFromBytes } from './rows-codec.ts';
import { filesAt } from './save.ts';

/** One file as a computation reads it. */
interface InputFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Lines of text, which stay bytes: partition i reads the i-th part of all bytes, cut at line ends. */
export function textFiles(storage: Storage, paths: string, partitions: number): Computation {
  return {
    prepare: () => filesOf(storage, paths),
    *compute(index, _read, prepared) {
      const files = prepared as readonly InputFile[];
      const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
      const from = Math.floor((index * total) / partitions);
      const to = Math.floor(((index + 1) * total) / partitions);
      const parts: Buffer[] = [];
      let start = 0;
      for (const file of files) {
        const [begin, end] = [Math.max(0, from - start), Math.min(file.sizeBytes, to - start)];
        start += file.sizeBytes;
        if (begin >= end) continue;
        parts.push(yield* linesBetween(storage, file.path, begin, end));
      }
      return new Chunks(chunksOf(parts));
    },
  };
}

/** The lines that begin in a part of a file: the last one is read to its end, however far that is. */
function* linesBetween(storage: Storage, path: string, begin: number, end: number): Task<Buffer> {
  // The byte before tells whether a line begins here.
  const from = Math.max(0, begin - 1);
  const part = (yield storage.read(path, from, end)) as Buffer;
  const start = begin === 0 ? 0 : part.indexOf(lineFeed) + 1;
  if (start === part.length || (start === 0 && begin > 0)) return noBytes;
  const pieces = [part.subarray(start)];
  let wanted = pieceBytes;
  for (let at = from + part.length, feed = part.at(-1) === lineFeed ? 0 : -1; feed < 0; wanted *= 2) {
    const piece = (yield storage.read(path, at, at + wanted)) as Buffer;
    if (piece.length === 0) break;
    feed = piece.indexOf(lineFeed);
    pieces.push(feed < 0 ? piece : piece.subarray(0, feed + 1));
    at += piece.length;
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}

const noBytes = Buffer.alloc(0);

/** How much is read first to find the end of a line: most are shorter. */
const pieceBytes = 4096;

const lineFeed = 10;

function* chunksOf(parts: readonly Buffer[]): Generator<TextChunk, void> {
  for (const bytes of parts) yield* textChunks(bytes);
}

/** Whole files as [path, text]; each partition has neighbouring ones. */
export function wholeFiles(storage: Storage, paths: string, partitions: number): Computation {
  return {
    prepare: () => filesOf(storage, paths),
    *compute(index, _read, prepared) {
      const files = filesOfPartition(prepared, index, partitions);
      const rows: [string, string][] = [];
      for (const { path } of files) rows.push([path, ((yield storage.read(path)) as Buffer).toString('utf8')]);
      return rows;
    },
  };
}

/** The rows of a folder that `saveAsObjectFile` wrote. */
export function objectFiles(storage: Storage, paths: string, partitions: number): Computation {
  return {
    prepare: () => filesOf(storage, paths),
    *compute(index, _read, prepared) {
      const rows: unknown[] = [];
      for (const { path } of filesOfPartition(prepared, index, partitions)) {
        for (const row of rowsOfFile(path, (yield storage.read(path)) as Buffer)) rows.push(row);
      }
      return rows;
    },
  };
}

/** @throws UsageError (FILES.NO_ROWS) */
function rowsOfFile(path: string, bytes: Buffer): readonly unknown[] {
  try {
    return rowsFromBytes(bytes);
  } catch (cause) {
    throw new UsageError('FILES.NO_ROWS', { path, message: messageOf(cause) }, { cause });
  }
}

/** Neighbouring files, so that rows keep the order of the files. */
function filesOfPartition(prepared: unknown, index: number, partitions: number): readonly InputFile[] {
  const files = prepared as readonly InputFile[];
  return (contiguousGroups(files.length, partitions)[index] ?? []).map((file) => files[file] as InputFile);
}

/** @param paths one path, or several with commas between; each a file, a folder, or a name with * and ? */
async function filesOf(storage: Storage, paths: string): Promise<readonly InputFile[]> {
  const found: InputFile[] = [];
  for (const path of paths.split(',')) {
    const files = await filesAt(storage, path);
    if (files === undefined) throw new UsageError('FILES.NOT_FOUND', { path });
    found.push(...files);
  }
  return found;
}
