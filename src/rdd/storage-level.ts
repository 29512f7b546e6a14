/**
 * Where the rows of a persisted RDD are kept: as values, as bytes in memory, or as bytes in the storage of the runtime.
 *
 * A level of memory and disk keeps everything in memory: it is the process that sets the limit here, not the level. The
 * `_2` levels keep one copy, since there is no second executor; the context says so once.
 *
 * Spark: as StorageLevel.
 */
export interface StorageLevel {
  readonly name: string;
  readonly useMemory: boolean;
  readonly useDisk: boolean;
  /** Values; false for bytes. */
  readonly deserialized: boolean;
  readonly replication: 1 | 2;
}

const level = (
  name: string,
  useMemory: boolean,
  useDisk: boolean,
  deserialized: boolean,
  replication: 1 | 2 = 1,
): StorageLevel => Object.freeze({ name, useMemory, useDisk, deserialized, replication });

/** The levels, by Spark's names. */
export const StorageLevel: {
  readonly NONE: StorageLevel;
  readonly DISK_ONLY: StorageLevel;
  readonly DISK_ONLY_2: StorageLevel;
  readonly MEMORY_ONLY: StorageLevel;
  readonly MEMORY_ONLY_2: StorageLevel;
  readonly MEMORY_ONLY_SER: StorageLevel;
  readonly MEMORY_ONLY_SER_2: StorageLevel;
  readonly MEMORY_AND_DISK: StorageLevel;
  readonly MEMORY_AND_DISK_2: StorageLevel;
  readonly MEMORY_AND_DISK_SER: StorageLevel;
  readonly MEMORY_AND_DISK_SER_2: StorageLevel;
} = Object.freeze({
  NONE: level('NONE', false, false, false),
  DISK_ONLY: level('DISK_ONLY', false, true, false),
  DISK_ONLY_2: level('DISK_ONLY_2', false, true, false, 2),
  MEMORY_ONLY: level('MEMORY_ONLY', true, false, true),
  MEMORY_ONLY_2: level('MEMORY_ONLY_2', true, false, true, 2),
  MEMORY_ONLY_SER: level('MEMORY_ONLY_SER', true, false, false),
  MEMORY_ONLY_SER_2: level('MEMORY_ONLY_SER_2', true, false, false, 2),
  MEMORY_AND_DISK: level('MEMORY_AND_DISK', true, true, true),
  MEMORY_AND_DISK_2: level('MEMORY_AND_DISK_2', true, true, true, 2),
  MEMORY_AND_DISK_SER: level('MEMORY_AND_DISK_SER', true, true, false),
  MEMORY_AND_DISK_SER_2: level('MEMORY_AND_DISK_SER_2', true, true, false, 2),
});
