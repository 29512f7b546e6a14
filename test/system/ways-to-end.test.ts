/**
 * A process ends by itself when its program has stopped, however it was stopped: nothing of firesteel keeps it alive,
 * no promise is left to reject, no handler of signals stays.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from './build-program.ts';

const program = 'test/system/children/ways-to-end.ts';
/** Within this time a child has begun, run and ended, on a busy machine. */
const limitMs = 40_000;

let folder: string;
let server: Server;
beforeAll(async () => {
  mkdirSync('.tmp', { recursive: true });
  folder = mkdtempSync(join('.tmp', 'ways-to-end-'));
  buildProgram(program, join(folder, 'js'));
  server = createServer((socket) => socket.on('error', () => undefined).write('a line\nanother\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}, 60_000);
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly lines: readonly string[];
  readonly complaints: string;
}

/** Runs the program in a process of its own, and tells what that says, line by line. */
async function end(way: string, heard: (line: string, child: ChildProcess) => void = () => undefined): Promise<End> {
  const into = resolve(mkdtempSync(join(folder, `${way}-`)));
  const { port } = server.address() as AddressInfo;
  const path = join(folder, 'js', program.replace(/ts$/, 'js'));
  const limits = { timeout: limitMs, killSignal: 'SIGKILL' } as const;
  const child = spawn(process.execPath, [path, way, into, String(port)], limits);
  const ended = once(child, 'close');
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    heard(line, child);
  });
  const [complaints, [code, signal]] = await Promise.all([text(child.stderr), ended]);
  return { code, signal, lines, complaints };
}

const atOnce = 'ended at once with 0 handlers';

describe('a process ends by itself after', () => {
  test.each([
    ['a stop of a program that reads a socket', 'socket', []],
    ['a graceful stop while a receiver waits for its restart', 'unreachable', []],
    ['a graceful stop of a program that reads files', 'files', []],
    ['a graceful stop of a program with state', 'state', []],
    ['a stop while calls of mapAsync are under way', 'calls', []],
    ['a start that failed', 'failed-start', ['start: locked']],
    ['a stop behind a batch that failed', 'failed-batch', ['batch: OUTPUT.THREW']],
  ])('%s', async (_, way, said) => {
    const { complaints, ...ended } = await end(way);
    expect(ended).toEqual({ code: 0, signal: null, lines: [...said, atOnce] });
    expect(complaints).toMatch(way === 'failed-batch' ? / ERROR .*failed\n/ : /^$/);
  });
});

describe('a signal', () => {
  const kill = (line: string, child: ChildProcess, ...signals: readonly NodeJS.Signals[]): void => {
    if (line.startsWith('running')) for (const signal of signals) child.kill(signal);
  };

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s stops a program that heeds it, and its process ends by itself with %i', async (signal, code) => {
    const ended = await end('signal', (line, child) => kill(line, child, signal));
    const lines = ['running with 2 handlers', atOnce];
    expect(ended).toEqual({ code, signal: null, lines, complaints: '' });
  });

  test('leaves the exit code to a host that heeds it too', async () => {
    const ended = await end('host-signal', (line, child) => kill(line, child, 'SIGTERM'));
    const lines = ['running with 3 handlers', atOnce];
    expect(ended).toEqual({ code: 0, signal: null, lines, complaints: '' });
  });

  test('that is the second hurries a stop whose last batch never ends', async () => {
    const { code, ...ended } = await end('two-signals', (line, child) => kill(line, child, 'SIGTERM', 'SIGINT'));
    const lines = ['running with 2 handlers', atOnce];
    expect(ended).toEqual({ signal: null, lines, complaints: '' });
    // Which of two that are sent at once comes first is not foretold.
    expect([130, 143]).toContain(code);
  });

  test('ends a process at once, as any other, where the program does not ask to heed it', async () => {
    const ended = await end('no-key', (line, child) => kill(line, child, 'SIGTERM'));
    expect(ended).toEqual({ code: null, signal: 'SIGTERM', lines: ['running with 0 handlers'], complaints: '' });
  });
});
