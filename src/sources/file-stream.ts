import { confKeys } from '../core/conf-keys.ts';
import { UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { Runtime } from '../core/runtime.ts';
import type { SparkConf } from '../core/spark-conf.ts';
import type { Time } from '../core/time.ts';
import { InputDStream, type Note, type RDDMaker } from '../graph/input-dstream.ts';
import type { RDD } from '../rdd/rdd.ts';
import { type FileFormat, filesAs } from './file-formats.ts';
import { filesIn, type ListedFile } from './file-list.ts';
import { type FilePosition, type KnownFiles, NewFiles } from './new-files.ts';

/** How `fileStream` reads a directory. */
export interface FileStreamOptions<T extends Row> {
  /** The rows of one file. Called in a job, once for each job that reads the file. */
  readonly read: (bytes: Buffer, path: string) => Iterable<T>;
  /** Which files count; those whose name does not begin with a dot unless given. */
  readonly filter?: ((path: string) => boolean) | undefined;
  /** Whether files that were there before the stream was made are left out, however new they are; true unless given. */
  readonly newFilesOnly?: boolean | undefined;
}

/** What a file stream is made of. */
export interface FileInputOptions extends Pick<FileStreamOptions<Row>, 'filter' | 'newFilesOnly'> {
  /** As the program writes it. */
  readonly name: string;
  readonly directory: string;
  readonly format: FileFormat;
}

/** What file streams need of their context. */
export interface FileWorld {
  readonly runtime: Runtime;
  readonly conf: SparkConf;
  readonly batchMs: number;
  readonly warn: (message: string, error: unknown) => void;
}

/** The new files of a directory, in every batch: one partition a file. */
export class FileInput<T extends Row> extends InputDStream<T> {
  readonly #options: FileInputOptions;
  readonly #world: FileWorld;
  readonly #files: NewFiles;
  /** Resolves when the files that are there at the start are known. */
  #begun: Promise<void> = Promise.resolve();

  /** @throws UsageError (FILES.BAD_DIRECTORY) */
  constructor(options: FileInputOptions, world: FileWorld) {
    super();
    const { directory, newFilesOnly = true } = options;
    if (typeof directory !== 'string' || directory === '') {
      throw new UsageError('FILES.BAD_DIRECTORY', { call: options.name, directory: String(directory) });
    }
    this.#options = options;
    this.#world = world;
    this.#files = new NewFiles(newFilesOnly ? world.runtime.clock.now() : beforeAll, rememberMsOf(world));
  }

  override get name(): string {
    return this.#options.name;
  }

  override start(): void {
    this.#begun = this.#world.runtime.activities.run(`${this.name} lists ${this.#options.directory}`, async () => {
      const listing = await this.#list();
      if (listing !== undefined) this.#files.begin(listing);
    });
  }

  override async compute({ milliseconds: timeMs }: Time, make: RDDMaker): Promise<RDD<T>> {
    await this.#begun;
    const paths = this.#files.filesAt(timeMs) ?? (await this.#newFilesAt(timeMs));
    return make.computed<T>(paths.length, filesAs(this.#options.format, this.#world.runtime.storage, paths));
  }

  override position(): Row {
    return this.#files.position();
  }

  override restore(position: Row): void {
    if (position !== undefined) this.#files.restore(position as FilePosition);
  }

  override note(): Note | undefined {
    return this.#files.note();
  }

  override restoreNotes(rows: readonly Row[]): void {
    this.#files.restoreNotes(rows as readonly KnownFiles[]);
  }

  override recompute(time: Time, position: Row, make: RDDMaker): RDD<T> | Promise<RDD<T>> {
    this.restore(position);
    return this.compute(time, make);
  }

  async #newFilesAt(timeMs: number): Promise<readonly string[]> {
    const listing = await this.#list();
    if (listing === undefined) return [];
    const { filter = isVisible } = this.#options;
    return this.#files.take(
      timeMs,
      listing.filter(({ path }) => filter(path)),
    );
  }

  /** Undefined where the directory cannot be listed now: then the next batch tries again. */
  async #list(): Promise<readonly ListedFile[] | undefined> {
    const { directory } = this.#options;
    try {
      return await filesIn(this.#world.runtime.storage, directory);
    } catch (error) {
      this.#world.warn(`${this.name} could not list ${directory}; the next batch tries again`, error);
      return undefined;
    }
  }
}

/** Whole batches, as many as make up the time that the configuration asks for. */
function rememberMsOf({ conf, batchMs }: FileWorld): number {
  const asked = conf.read(confKeys.fileStreamMinRemember) ?? conf.read(confKeys.minRemember);
  return batchMs * Math.ceil(asked.milliseconds / batchMs);
}

function isVisible(path: string): boolean {
  return !path.slice(path.lastIndexOf('/') + 1).startsWith('.');
}

/** Older than every file. */
const beforeAll = -1;
