import { collectGarbage } from '../harness.ts';
import { SealingStream } from '../sealing-stream.ts';

/** How long a program took to come back. */
export interface Recovered {
  /** Until it had read what is there. */
  readonly readMs: number;
  /** Until the outcome of its first new batch was written. */
  readonly newBatchMs: number;
}

/** Goes on with a directory, and runs a batch; its last line of output says how long it took, as JSON. */
export async function recovery([folder, nowMs]: readonly string[]): Promise<void> {
  collectGarbage();
  const startMs = performance.now();
  const stream = await SealingStream.open(folder ?? '', Number(nowMs));
  const readMs = performance.now() - startMs;
  const { sealed } = await stream.batch([['user-0', 1]]);
  const recovered: Recovered = { readMs, newBatchMs: readMs + sealed.wallMs };
  await stream.stop();
  console.log(JSON.stringify(recovered));
}
