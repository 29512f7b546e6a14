/**
 * A program is killed again and again, while it loads, recovers, computes, writes: in the end its sink has what it
 * would have without.
 *
 * FIRESTEEL_KILLS says how often; FIRESTEEL_SEED, when.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { quantile } from '../../bench/harness.ts';
import { seededRandom } from '../../src/core/random.ts';
import { buildProgram } from './build-program.ts';
import { killSomewhere, type Life, phaseOf, TellingProgram } from './killed-program.ts';
import { LineServer, type LineServerOptions } from './line-server.ts';
import { rowsOf, sortedRows } from './numbered-lines.ts';

const program = 'test/system/children/numbered-words.ts';
const kills = Number(process.env['FIRESTEEL_KILLS'] ?? 10);
const timeoutMs = 60_000 + kills * 5_000;

let folder: string;
beforeAll(() => {
  mkdirSync('.tmp', { recursive: true });
  folder = mkdtempSync(join('.tmp', 'kills-'));
  buildProgram(program, join(folder, 'js'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** A program with a directory and a sink, and who sends to it. */
class Run {
  readonly server: LineServer;
  readonly lives: Life[] = [];
  readonly #name: string;
  /** The snapshots that were seen. */
  readonly snapshots: Set<string> = new Set();
  readonly #place: { readonly checkpoint: string; readonly sink: string };

  private constructor(name: string, server: LineServer) {
    this.#name = name;
    this.server = server;
    this.#place = { checkpoint: resolve(folder, `${name}-checkpoint`), sink: resolve(folder, `${name}-sink`) };
    mkdirSync(this.#place.sink);
  }

  static async begin(name: string, options: LineServerOptions): Promise<Run> {
    return new Run(name, await LineServer.open(options));
  }

  start(): TellingProgram {
    const { checkpoint, sink } = this.#place;
    const path = join(folder, 'js', program.replace(/ts$/, 'js'));
    return new TellingProgram([path, checkpoint, sink, String(this.server.port)]);
  }

  async killAll(random: ReturnType<typeof seededRandom>): Promise<void> {
    for (let kill = 0; kill < kills; kill += 1) {
      const life = await killSomewhere(this.start(), random);
      this.lives.push(life);
      // A program that ended by itself would do so again.
      expect(life).toMatchObject({ signal: 'SIGKILL', complaints: '' });
      this.#lookAtSnapshots();
    }
  }

  /** Has the program take lines up to this one, and end. */
  async end(last: number): Promise<void> {
    const running = this.start();
    const died = running.life.then(({ complaints }) => expect.fail(`It died: ${complaints}`));
    await Promise.race([this.server.endAt(last), died]);
    running.kill('SIGTERM');
    const life = await running.life;
    this.lives.push(life);
    expect(life).toMatchObject({ code: 143, signal: null, complaints: '' });
    this.server.close();
  }

  /** The rows of the sink, as they were written. */
  rows(): readonly string[] {
    const { sink } = this.#place;
    const names = readdirSync(sink).filter((name) => !name.endsWith('.temp'));
    return names.flatMap((name) => readFileSync(join(sink, name), 'utf8').split('\n').slice(0, -1));
  }

  /** What the lives were like. */
  report(): string {
    const phases = new Map<string, number>();
    const killed = this.lives.slice(0, -1);
    for (const life of killed) phases.set(phaseOf(life), (phases.get(phaseOf(life)) ?? 0) + 1);
    const said = this.lives.flatMap((life) => life.said);
    const tookMs = this.lives.slice(1).flatMap((life) => life.said.filter((each) => each.startsWith('caught up')));
    const ms = tookMs.map((each) => Number(each.slice('caught up '.length)));
    const p = (share: number): string => (ms.length === 0 ? '-' : `${quantile(ms, share).toFixed(0)} ms`);
    return [
      `${this.#name}, FIRESTEEL_SEED=${inject('seed')}: ${killed.length} kills, ${this.server.sent} lines`,
      ...[...phases].sort().map(([phase, count]) => `  ${phase}: ${count}`),
      `  batches: ${said.filter((each) => /^written \d/.test(each)).length}, and repeated ones: ` +
        `${said.filter((each) => each.startsWith('written again')).length}; snapshots seen: ${this.snapshots.size}`,
      `  recovered and caught up ${ms.length} times: median ${p(0.5)}, p99 ${p(0.99)}`,
    ].join('\n');
  }

  #lookAtSnapshots(): void {
    const { checkpoint } = this.#place;
    try {
      for (const name of readdirSync(checkpoint)) if (name.startsWith('snapshot')) this.snapshots.add(name);
    } catch {
      // It was killed before there was a directory.
    }
  }
}

/** What no life may say: a batch that came out otherwise when it was done again, a block that was refused. */
function oddities({ lives, server }: Run): readonly string[] {
  const said = lives.flatMap((life) => life.said.filter((each) => /^(differs|refused)/.test(each)));
  const reconnected = server.connections.length > lives.length ? ['a receiver was started again'] : [];
  return [...said, ...server.mistakes, ...reconnected];
}

test('with a source that sends again, all comes out as if nothing had been', { timeout: timeoutMs }, async () => {
  const run = await Run.begin('source that sends again', { replays: true, pace: 4 });
  await run.killAll(seededRandom(inject('seed'), 1));
  const last = run.server.sent + 100;
  await run.end(last);
  console.log(run.report());
  expect(oddities(run)).toEqual([]);

  const calm = await Run.begin('no kills', { replays: true, pace: 100 });
  await calm.end(last);
  const rows = sortedRows(calm.rows()).join('\n');
  expect(rows === rowsOf(Array.from({ length: last }, (_, i) => i + 1)).join('\n')).toBe(true);
  expect(sortedRows(run.rows()).join('\n') === rows).toBe(true);
});

test('with a source that cannot, what was safe is counted once, and only what was under way at a kill is missing', {
  timeout: timeoutMs,
}, async () => {
  const run = await Run.begin('source that cannot send again', { replays: false, pace: 4 });
  await run.killAll(seededRandom(inject('seed'), 2));
  const last = run.server.sent + 100;
  await run.end(last);
  console.log(run.report());
  expect(oddities(run)).toEqual([]);

  const rows = sortedRows(run.rows());
  const counted = new Set(rows.map((row) => (JSON.parse(row) as [number])[0]));
  const notCounted = [...run.server.safe].filter((line) => !counted.has(line));
  expect(notCounted).toEqual([]);
  // Each line that is there is there once, whole, and counted behind those before it.
  const lines = [...counted].sort((a, b) => a - b);
  expect(rows.join('\n') === rowsOf(lines).join('\n')).toBe(true);
  // What is missing of a connection are its last lines: those that were under way when its process was killed.
  const missing = run.server.connections.map((sent) => sent.filter((line) => !counted.has(line)));
  expect(missing).toEqual(run.server.connections.map((sent, i) => sent.slice(sent.length - (missing[i]?.length ?? 0))));
  console.log(
    `  lines lost: ${missing.flat().length}, each in one of ${missing.filter(({ length }) => length > 0).length} kills`,
  );
});
