import type { StreamingContext } from 'firesteel';
import type { Runtime } from '../../src/core/runtime.ts';
import type { Storage } from '../../src/core/storage.ts';
import type { DStream } from '../../src/dstream.ts';
import { type Desk, desk } from '../context/kit.ts';

/** A program under way over a directory, and what came of each batch. */
export interface FileProgram extends Desk {
  readonly ssc: StreamingContext;
  /** The partitions of each batch. */
  readonly seen: unknown[][][];
  /** Writes a file now. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** What came of each batch from now until so many seconds have passed, all partitions as one. */
  batches(seconds: number): Promise<readonly (readonly unknown[])[]>;
}

/** How a program over files is set up. */
export interface FileProgramOptions {
  readonly startMs?: number;
  readonly settings?: Readonly<Record<string, string | number>>;
  /** What is done before the stream is made. */
  readonly before?: (d: Desk) => Promise<void>;
  /** The storage that the program is given, made of the real one. */
  readonly storage?: (real: Storage) => Partial<Storage>;
}

/** Starts a program over a file stream, with batches of one second; the clock shows 10 s unless told otherwise. */
export async function fileProgram(
  stream: (ssc: StreamingContext) => DStream<never>,
  { startMs = 10_000, settings = {}, before, storage }: FileProgramOptions = {},
): Promise<FileProgram> {
  const d = desk({ startMs });
  await before?.(d);
  const { runtime } = d;
  const seen: unknown[][][] = [];
  const given: Runtime =
    storage === undefined ? runtime : { ...runtime, storage: layered(runtime.storage, storage(runtime.storage)) };
  const ssc = d.streaming(settings, { runtime: given });
  stream(ssc).foreachRDD(async (rdd) => seen.push(await rdd.glom().collect()));
  ssc.start();
  return {
    ...d,
    ssc,
    seen,
    write: (path, content) => runtime.storage.append(path, Buffer.from(content)),
    batches: async (seconds) => {
      const from = seen.length;
      await runtime.clock.advance(seconds * 1000);
      return seen.slice(from).map((partitions) => partitions.flat());
    },
  };
}

/** A storage whose methods are those of another, or stand in for them. */
export function layered(real: Storage, over: Partial<Storage>): Storage {
  return {
    append: (path, bytes) => real.append(path, bytes),
    createExclusive: (path, bytes) => real.createExclusive(path, bytes),
    makeFolder: (path) => real.makeFolder(path),
    sync: (path) => real.sync(path),
    rename: (from, to) => real.rename(from, to),
    list: (folder) => real.list(folder),
    listFolders: (folder) => real.listFolders(folder),
    read: (path) => real.read(path),
    remove: (path) => real.remove(path),
    ...over,
  };
}
