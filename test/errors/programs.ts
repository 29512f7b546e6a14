import type { DStream, StreamingContext } from 'firesteel';
import { type Desk, desk, Tray } from '../context/kit.ts';

// What the specimens of several families are made with.

export const nothing = (): void => undefined;

export type Use = (ssc: StreamingContext, stream: DStream<number>) => unknown;

/** A context that is not started, for f. */
export async function initialized(f: Use, master = 'local[2]'): Promise<unknown> {
  await using ssc = desk().streaming({ 'spark.master': master });
  return await f(ssc, ssc.inputStream(new Tray()));
}

/** What awaitTermination() rejects with after a second of this program. */
export async function inSecond(
  define: (ssc: StreamingContext) => void,
  settings = {},
  d: Desk = desk(),
): Promise<void> {
  const ssc = d.streaming(settings);
  define(ssc);
  ssc.start();
  await d.runtime.clock.advance(1000);
  await ssc.stop();
  await ssc.awaitTermination();
}

export class Point {
  readonly x = 1;
}
