import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../harness.ts';
import { type CommandLine, endOf, launch, resident } from './launch.ts';

/**
 * Launches a program that prints the counts of a socket every second, and lets it rest.
 *
 * @returns `startedMs`, from the launch until it says that start() returned; `headerMs`, how long after the first beat
 *   its header is printed; `readyMs`, both; `idleMiB`, its resident memory when nothing has come for a while
 */
export async function firstMoments(line: (port: number) => CommandLine): Promise<Readonly<Record<string, number>>> {
  const server = new Words();
  const child = launch(line(await server.listen()));
  const launchedMs = performance.now();
  const moments = { startedMs: Number.NaN, headerMs: Number.NaN };
  let output = '';
  const counted = new Promise<void>((resolve) => {
    child.stdout?.on('data', (bytes) => {
      output += bytes;
      const header = /Time: (\d+) ms\n/.exec(output)?.[1];
      if (Number.isNaN(moments.startedMs) && output.includes('started\n')) {
        moments.startedMs = performance.now() - launchedMs;
      }
      if (Number.isNaN(moments.headerMs) && header !== undefined) moments.headerMs = Date.now() - Number(header);
      if (output.includes('(hello,')) resolve();
    });
  });
  const ended = endOf(child);
  try {
    const isCounted = await Promise.race([counted.then(() => true), ended.then(() => false), sleep(limitMs, false)]);
    if (!isCounted) throw new Error('A program ended, or a minute, before its first count.');
    server.isSilent = true;
    await sleep(settlingMs);
    const samples: number[] = [];
    for (let i = 0; i < 10; i++) {
      samples.push(resident(child.pid));
      await sleep(restMs / 10);
    }
    const { startedMs, headerMs } = moments;
    return { startedMs, headerMs, readyMs: startedMs + headerMs, idleMiB: quantile(samples, 0.5) };
  } finally {
    child.kill('SIGKILL');
    await ended;
    server.close();
  }
}

const limitMs = 60_000;
const settlingMs = 3000;
const restMs = 5000;

/** Sends a few words again and again, until it is silent. */
class Words {
  isSilent = false;
  readonly #server: Server = createServer((socket) => {
    const timer = setInterval(() => {
      if (!this.isSilent) socket.write('hello world hello\n');
    }, 20);
    socket.on('error', () => socket.destroy()).on('close', () => clearInterval(timer));
  });

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): void {
    this.#server.close();
  }
}
