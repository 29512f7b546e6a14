import type { ConfKey } from './conf-key.ts';
import { confKeys } from './conf-keys.ts';
import { editDistance } from './edit-distance.ts';
import { UsageError } from './errors.ts';
import { Duration } from './time.ts';

/** What a configuration key can be set to; it is kept as text. */
export type ConfValue = string | number | boolean | Duration;

/**
 * The configuration of a program: text by key, set before its context is made (a context keeps a copy).
 *
 * The keys that firesteel honours are listed in docs/configuration.md; a value that one of them does not take is
 * refused where it is set. Any other key is kept and means nothing to firesteel; of those named `spark.…` or
 * `firesteel.…` the context warns.
 *
 * @example
 * new SparkConf().setMaster('local[2]').setAppName('WordCount').get('spark.app.name') // => 'WordCount'
 *
 * Spark: as SparkConf. It reads no system properties.
 */
export class SparkConf {
  readonly #texts = new Map<string, string>();

  /**
   * Where the program runs: `local` (1 slot), `local[n]`, `local[*]` (a slot a core, at least 2).
   *
   * @throws UsageError (CONF.BAD_MASTER) for any other
   */
  setMaster(master: string): this {
    return this.set(confKeys.master.name, master);
  }

  /** The name of the program, for people. */
  setAppName(name: string): this {
    return this.set(confKeys.appName.name, name);
  }

  /** @throws UsageError (CONF.BAD_VALUE, CONF.BAD_MASTER) when firesteel honours the key and cannot take the value */
  set(key: string, value: ConfValue): this {
    const text = textOf(key, value);
    honoured.get(key)?.parse(text);
    this.#texts.set(key, text);
    return this;
  }

  /** As `set`, unless the key has been set. */
  setIfMissing(key: string, value: ConfValue): this {
    return this.contains(key) ? this : this.set(key, value);
  }

  /** Sets pairs of key and value; those of an object are `Object.entries(object)`. */
  setAll(pairs: Iterable<readonly [key: string, value: ConfValue]>): this {
    for (const [key, value] of pairs) this.set(key, value);
    return this;
  }

  /**
   * The text that was set, or `byDefault`; a key's own default, which `read` knows, is not looked up.
   *
   * @throws UsageError (CONF.MISSING_KEY) when nothing was set and there is no `byDefault`
   */
  get(key: string, byDefault?: string): string {
    const text = this.#texts.get(key) ?? byDefault;
    if (text === undefined) throw new UsageError('CONF.MISSING_KEY', { key });
    return text;
  }

  /** The text that was set, if any. */
  getOption(key: string): string | undefined {
    return this.#texts.get(key);
  }

  /** Whether the key has been set. */
  contains(key: string): boolean {
    return this.#texts.has(key);
  }

  /** Takes a key away. */
  remove(key: string): this {
    this.#texts.delete(key);
    return this;
  }

  /** All that was set, in the order in which the keys were first set. */
  getAll(): [key: string, text: string][] {
    return [...this.#texts];
  }

  /** A copy that can be changed by itself. */
  clone(): SparkConf {
    return new SparkConf().setAll(this.#texts);
  }

  /** All that was set, a `key=text` a line, sorted. */
  toDebugString(): string {
    return [...this.#texts]
      .map(([key, text]) => `${key}=${text}`)
      .sort()
      .join('\n');
  }

  /** The value of a key that firesteel honours: what was set, else its default. */
  read<T>(key: ConfKey<T>): T {
    const text = this.#texts.get(key.name);
    return text === undefined ? key.byDefault : key.parse(text);
  }

  /** The keys named `spark.…` or `firesteel.…` that are set and mean nothing, each with the likeliest one that does. */
  unknownKeys(): readonly UnknownKey[] {
    return [...this.#texts.keys()]
      .filter((key) => /^(spark|firesteel)\./.test(key) && !honoured.has(key))
      .map((key) => ({ key, nearest: nearestTo(key) }));
  }
}

/** A key that firesteel does not honour. */
export interface UnknownKey {
  readonly key: string;
  /** The key that firesteel honours and that is spelled most like it. */
  readonly nearest: string;
}

const honoured: ReadonlyMap<string, ConfKey<unknown>> = new Map(
  Object.values<ConfKey<unknown>>({ ...confKeys }).map((key) => [key.name, key]),
);

function nearestTo(key: string): string {
  const names = [...honoured.keys()];
  return names.reduce((best, name) => (editDistance(key, name) < editDistance(key, best) ? name : best));
}

function textOf(key: string, value: unknown): string {
  if (value instanceof Duration) return String(value);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  const accepted = 'a text, a number, a boolean or a Duration';
  throw new UsageError('CONF.BAD_VALUE', { key, value: String(value), accepted });
}
