import { spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { FirstMoments } from '../children/word-count.ts';
import { type Figure, figure, inTurns, type Scale } from '../harness.ts';

export const title = 'How soon there is a first result, and what an idle program holds';

/** Programs of their own: what a process pays once is paid in each of them. */
export async function measure({ children }: Scale): Promise<readonly Figure[]> {
  const imports = await inTurns(children, {
    bare: () => launch(''),
    firesteel: () => launch("await import('firesteel');"),
  });
  const costs = imports.firesteel.map((ms, index) => ms - (imports.bare[index] ?? Number.NaN));
  const moments: FirstMoments[] = [];
  for (let child = 0; child < children; child++) moments.push(await firstMoments());
  const over = (pick: (moment: FirstMoments) => number): number[] => moments.map(pick);
  return [
    figure(
      'start() returns',
      'ms',
      over(({ startMs }) => startMs),
      20,
    ),
    figure(
      'first beat to printed header',
      'ms',
      over(({ headerMs }) => headerMs),
      20,
    ),
    figure(
      'lateness of the first beat',
      'ms',
      over(({ latenessMs }) => latenessMs),
    ),
    figure(
      'launch until start() has returned',
      'ms',
      over(({ launchedMs }) => launchedMs),
    ),
    figure('import, over bare node', 'ms', costs, 150),
    figure('bare node', 'ms', imports.bare),
    figure(
      'resident memory, idle',
      'MiB',
      over(({ residentMiB }) => residentMiB),
      80,
    ),
  ];
}

/** The folder of the package, so that a child can import it by its name. */
const packageFolder = fileURLToPath(new URL('../../..', import.meta.url));

/** How long a node process that runs this and ends takes. */
function launch(code: string): number {
  const startMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: packageFolder });
  const tookMs = performance.now() - startMs;
  if (status !== 0) throw new Error(`A child process failed: ${stderr}`);
  return tookMs;
}

/** Half of the batches have words to count, in the others the program only waits. */
const batches = 6;

async function firstMoments(): Promise<FirstMoments> {
  const server = createServer((socket) => {
    const timer = setInterval(() => socket.write('to be or not to be\nthat is the question\n'), 100);
    const silence = setTimeout(() => clearInterval(timer), (batches / 2) * 1000);
    const end = (): void => {
      clearInterval(timer);
      clearTimeout(silence);
    };
    socket.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const said = await outputOf([process.argv[1] ?? '', '--child', 'word-count', String(port), String(batches)]);
    return JSON.parse(said.trimEnd().split('\n').at(-1) ?? '') as FirstMoments;
  } finally {
    server.close();
  }
}

function outputOf(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
    });
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0 ? resolve(said) : reject(new Error(`A child process ended with ${status}.`)),
    );
  });
}
