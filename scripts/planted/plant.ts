import { spawn } from 'node:child_process';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { PlantedBug } from './planted-bug.ts';
import { type SimulatorRun, type Verdict, verdictOf } from './verdict.ts';

/** How long a bug is looked for. */
export interface Budget {
  readonly firstSeed: number;
  readonly seedsMax: number;
}

/** Plants a bug in a copy of the project, and simulates until a law breaks, or the seeds are used up. */
export async function plant(bug: PlantedBug, { firstSeed, seedsMax }: Budget): Promise<Verdict> {
  const folder = resolve('.tmp/planted', bug.name);
  await copyProject(folder);
  try {
    const patch = `${folder}.patch`;
    await writeFile(patch, bug.text);
    const applied = await run('git', ['apply', patch], folder, { GIT_CEILING_DIRECTORIES: resolve('.tmp/planted') });
    if (applied.exitCode !== 0) return { type: 'missed', reason: `it no longer applies: ${applied.output.trim()}` };
    const simulated = await run('npx', simulator, folder, {
      FIRESTEEL_SEED: String(firstSeed),
      FIRESTEEL_RUNS: String(seedsMax),
      NO_COLOR: '1',
    });
    return verdictOf(simulated, firstSeed);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(`${folder}.patch`, { force: true });
  }
}

/** All that is ours; what is installed is shared. */
async function copyProject(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const name of parts) await cp(name, `${folder}/${basename(name)}`, { recursive: true });
  await symlink(resolve('node_modules'), `${folder}/node_modules`);
}

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<SimulatorRun> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const hear = (bytes: Buffer): void => {
      output += bytes.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', failed);
    child.on('close', (exitCode) => done({ exitCode, output }));
  });
}

const parts: readonly string[] = ['package.json', 'tsconfig.json', 'vitest.config.ts', 'src', 'test'];

const simulator: readonly string[] = [
  'vitest',
  'run',
  '--project',
  'simulation',
  'test/simulation/simulate.test.ts',
  '-t',
  'programs keep their promises',
];
