import { type ErrorOptions, UsageError } from './errors.ts';
import { type Duration, durationOf, Milliseconds, Seconds } from './time.ts';

/**
 * A configuration key that firesteel honours.
 *
 * T is what reading it gives; it holds undefined when the key has no value of its own until it is set.
 */
export interface ConfKey<T> {
  readonly name: string;
  readonly type: 'boolean' | 'int' | 'duration' | 'text';
  /** What it counts: `bytes`, `rows`; empty where the type says it. */
  readonly unit: string;
  /** What holds while it is not set; undefined where that depends on the program. */
  readonly byDefault: T;
  /** The same in words. */
  readonly defaultText: string;
  /** What it does, in a sentence. */
  readonly doc: string;
  /**
   * The value that a text stands for.
   *
   * @throws UsageError (CONF.BAD_VALUE) when it stands for none, or for one out of range
   */
  parse(text: string): NonNullable<T>;
}

/** What each kind of key is told. */
interface Spec<T> {
  readonly byDefault: T;
  /** Where the default itself would not tell it well. */
  readonly defaultText?: string;
  readonly doc: string;
}

/** A key whose value is true or false. */
export function flagKey<T extends boolean | undefined>(name: string, spec: Spec<T>): ConfKey<boolean | T> {
  const read = (text: string): boolean | undefined => flags.get(text.trim().toLowerCase());
  return { ...described(spec), name, type: 'boolean', unit: '', parse: parser(name, 'true or false', read) };
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

/** A key whose value is a whole number. */
export function intKey<T extends number | undefined>(
  name: string,
  spec: Spec<T> & { readonly min?: number; readonly unit: string },
): ConfKey<number | T> {
  const { min } = spec;
  const read = (text: string): number | undefined => {
    const value = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
    return Number.isSafeInteger(value) && value >= (min ?? value) ? value : undefined;
  };
  const parse = parser(name, min === undefined ? 'a whole number' : `a whole number, at least ${min}`, read);
  return { ...described(spec), name, type: 'int', unit: spec.unit, parse };
}

/** A key whose value is a length of time; a number without a unit is milliseconds, or seconds where Spark has it so. */
export function durationKey<T extends Duration | undefined>(
  name: string,
  spec: Spec<T> & { readonly minMs: number; readonly bareUnit?: 'ms' | 's' },
): ConfKey<Duration | T> {
  const { minMs, bareUnit = 'ms' } = spec;
  const accepted = `a length of time, at least ${minMs} ms, such as '200 ms' or '2s'; a bare number counts ${bareUnit}`;
  const bare = bareUnit === 's' ? Seconds : Milliseconds;
  const parse = (text: string): Duration => {
    const value = readDuration(name, text, bare, accepted);
    if (value.milliseconds < minMs) throw badValue(name, text, accepted);
    return value;
  };
  return { ...described(spec), name, type: 'duration', unit: '', parse };
}

function readDuration(name: string, text: string, bare: (n: number) => Duration, accepted: string): Duration {
  try {
    return /^\s*\d+\s*$/.test(text) ? bare(Number(text)) : durationOf(text);
  } catch (cause) {
    throw badValue(name, text, accepted, { cause });
  }
}

/** A key whose value is text that `read` understands. */
export function textKey<V extends string, T extends V | undefined>(
  name: string,
  spec: Spec<T> & { readonly accepts: string; readonly read: (text: string) => V | undefined },
): ConfKey<V | T> {
  return { ...described(spec), name, type: 'text', unit: '', parse: parser(name, spec.accepts, spec.read) };
}

function described<T>(spec: Spec<T>): Required<Spec<T>> {
  const { byDefault, defaultText = String(byDefault), doc } = spec;
  return { byDefault, defaultText, doc };
}

function parser<V>(name: string, accepted: string, read: (text: string) => V | undefined): (text: string) => V {
  return (text) => {
    const value = read(text);
    if (value === undefined) throw badValue(name, text, accepted);
    return value;
  };
}

function badValue(key: string, text: string, accepted: string, options: ErrorOptions = {}): UsageError {
  return new UsageError('CONF.BAD_VALUE', { key, value: `'${text}'`, accepted }, options);
}
