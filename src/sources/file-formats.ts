import { JobError, UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { Storage } from '../core/storage.ts';
import { Chunks, textChunks } from '../rdd/chunk.ts';
import type { Task } from '../rdd/executor.ts';
import { StepFailure, StepMistake } from '../rdd/loop.ts';
import type { Computation } from '../rdd/plan.ts';

/** What a file's bytes mean: its rows, made when a job reads the file, or chunk by chunk. */
export type FileFormat = (bytes: Buffer, path: string) => Chunks | Task<readonly unknown[]>;

/** Reads files of one format, each as one partition. */
export function filesAs(format: FileFormat, storage: Storage, paths: readonly string[]): Computation {
  return {
    *compute(index) {
      const path = paths[index] as string;
      const rows = format((yield storage.read(path)) as Buffer, path);
      return rows instanceof Chunks ? rows : yield* rows;
    },
  };
}

/** Lines of UTF-8, ended by LF or CRLF, which the last may lack; they stay bytes until an operator asks for one. */
export const textLines: FileFormat = (bytes) => new Chunks(textChunks(bytes));

/**
 * Records of so many bytes, one after the other.
 *
 * @throws UsageError (FILES.BAD_RECORD_LENGTH)
 */
export function records(recordLength: number): FileFormat {
  if (!Number.isSafeInteger(recordLength) || recordLength < 1) {
    throw new UsageError('FILES.BAD_RECORD_LENGTH', { recordLength: String(recordLength) });
  }
  return function* (bytes, path) {
    const rest = bytes.length % recordLength;
    if (rest > 0) throw new JobError('FILES.CUT_RECORD', { path, sizeBytes: bytes.length, recordLength, rest });
    const rows: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += recordLength) {
      rows.push(bytes.subarray(at, at + recordLength));
      if (rows.length % rowsBetweenYields === 0) yield rowsBetweenYields;
    }
    return rows;
  };
}

/** What the program's own function makes of a file. */
export function parsed<T extends Row>(read: (bytes: Buffer, path: string) => Iterable<T>): FileFormat {
  return function* (bytes, path) {
    try {
      const made = read(bytes, path);
      const mistake = mistakeOf(made);
      if (mistake !== undefined) throw mistake;
      const rows: T[] = [];
      for (const row of made) {
        rows.push(row);
        if (rows.length % rowsBetweenYields === 0) yield rowsBetweenYields;
      }
      return rows;
    } catch (error) {
      throw new StepFailure(error, 0, path);
    }
  };
}

function mistakeOf(made: unknown): StepMistake | undefined {
  if (made instanceof Promise) return new StepMistake('returned-promise', made);
  const isIterable = typeof (made as Iterable<unknown> | null | undefined)?.[Symbol.iterator] === 'function';
  return isIterable ? undefined : new StepMistake('not-iterable', made);
}

/** Few enough that the rows of a large file do not hold the event loop. */
const rowsBetweenYields = 1024;
