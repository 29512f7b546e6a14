import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildProgram } from './build-program.ts';

const program = 'test/system/children/every-kind-of-key.ts';

let folder: string;
beforeAll(() => {
  mkdirSync('.tmp', { recursive: true });
  folder = mkdtempSync(join('.tmp', 'determinism-'));
  buildProgram(program, join(folder, 'js'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** What a run leaves behind: what it printed, and the bytes of every file by path. */
interface Left {
  readonly printed: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Runs the program in a process of its own. */
async function runOnce(name: string, seed: number): Promise<Left> {
  const into = join(folder, name);
  const child = spawn(process.execPath, [join(folder, 'js', program.replace(/ts$/, 'js')), into, String(seed)]);
  const ended = new Promise((resolve) => child.once('close', resolve));
  const [printed, complaints, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  expect({ code, complaints }).toEqual({ code: 0, complaints: '' });
  const paths = readdirSync(into, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name: file }) => join(parentPath, file).slice(into.length + 1))
    .sort();
  return { printed, files: new Map(paths.map((path) => [path, readFileSync(join(into, path))])) };
}

/** The files that are not the same, by path. */
function different(a: Left, b: Left): readonly string[] {
  const paths = new Set([...a.files.keys(), ...b.files.keys()]);
  return [...paths].filter((path) => a.files.get(path)?.equals(b.files.get(path) ?? Buffer.alloc(0)) !== true);
}

test('two processes leave the same bytes behind, whatever the order of messages', async () => {
  const first = await runOnce('first', 1);
  for (const [name, seed] of [
    ['again', 1],
    ['in another order', 2],
  ] as const) {
    const other = await runOnce(name, seed);
    expect(other.printed).toBe(first.printed);
    expect(different(first, other)).toEqual([]);
  }
  expect(first.printed.match(/^Time: /gm)).toHaveLength(8);
  const parts = [...first.files].filter(([path, bytes]) => path.includes('part-') && bytes.length > 0);
  expect(new Set(parts.map(([path]) => path.split('-')[0])).size).toBe(8);
  expect(parts.length).toBeGreaterThan(100);
});
