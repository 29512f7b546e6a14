import type { SparkContext } from 'firesteel';
import type { TestRuntime, TestRuntimeOptions } from 'firesteel/testing';
import { desk } from '../context/kit.ts';

/** A world for one test with a SparkContext in it: two slots, unless the settings say otherwise. */
export interface Lab {
  readonly sc: SparkContext;
  readonly runtime: TestRuntime;
  /** The log so far. */
  log(): readonly string[];
}

export function lab(settings: Readonly<Record<string, string | number>> = {}, options: TestRuntimeOptions = {}): Lab {
  const { runtime, sparkContext, log } = desk(options);
  return { sc: sparkContext(settings), runtime, log };
}

/** The whole text of what a promise rejects with, without line numbers. */
export async function rejected(promise: Promise<unknown>): Promise<string> {
  let outcome: unknown;
  try {
    outcome = await promise;
  } catch (error) {
    return textOf(error);
  }
  throw new Error(`Nothing was thrown, but this came: ${JSON.stringify(outcome)}`);
}

/** The whole text of what a call throws, without line numbers. */
export function thrown(f: () => unknown): string {
  let outcome: unknown;
  try {
    outcome = f();
  } catch (error) {
    return textOf(error);
  }
  throw new Error(`Nothing was thrown, but this came: ${String(outcome)}`);
}

/** Names of files without the numbers of lines, which any edit above would change. */
export function withoutLines(text: string): string {
  return text.replaceAll(/([\w-]+\.ts):\d+/g, '$1');
}

function textOf(error: unknown): string {
  return error instanceof Error ? withoutLines(`${error.name}: ${error.message}`) : `no error: ${String(error)}`;
}

/** A promise that the test settles. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Rows in any order. */
export function sorted<T>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** 0, 1, 2 … */
export function upTo(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
