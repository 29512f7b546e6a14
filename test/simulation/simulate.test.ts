import { fail, type StreamingContext } from 'firesteel';
import { type Fault, type SimulatedWorld, simulate } from 'firesteel/testing';
import { expect, inject, test } from 'vitest';
import { drawnProgram } from './drawn-programs.ts';
import { type Program, programs } from './programs.ts';

function programNamed(name: string): Program {
  const program = programs.get(name);
  if (program === undefined) throw new Error(`There is no program '${name}'.`);
  return program;
}

/** How often something was met. */
class Tally {
  readonly counts: Map<string, number> = new Map();

  add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  toString(): string {
    return [...this.counts].map(([name, count]) => `${name} ${count}`).join(', ');
  }
}

test('programs keep their promises, whatever happens to them', { timeout: 24 * 3_600_000 }, async () => {
  const [seed, runs, all] = [inject('seed'), inject('simulations'), [...programs]];
  const met = new Tally();
  let lives = 0;
  for (let i = 0; i < runs; i += 1) {
    const [name, program] = all[i % all.length] as (typeof all)[number];
    const seen = await simulate(program, { seed: seed + i }).catch((error: unknown) => {
      throw new Error(`The program '${name}': ${String(error)}`, { cause: error });
    });
    lives += seen.lives;
    for (const { kind } of seen.met) met.add(kind);
    if ((i + 1) % 1000 === 0) console.log(`${i + 1} simulations, ${lives} processes: ${met}`);
  }
  const kinds: readonly Fault['kind'][] = [
    'clock jumps',
    'function throws',
    'kill',
    'log hangs',
    'power loss',
    'receiver ends',
    'sink fails',
    'sink hangs',
    'sockets close',
    'source fails',
    'stop',
    'storage fails',
  ];
  if (runs >= 500) expect([...met.counts.keys()].sort()).toEqual(kinds);
});

test('drawn programs keep their promises, and write what the oracle says', { timeout: 24 * 3_600_000 }, async () => {
  const [seed, runs] = [inject('seed'), Math.ceil(inject('simulations') / 4)];
  let compared = 0;
  for (let i = 0; i < runs; i += 1) {
    const program = drawnProgram(seed + i);
    if (program === undefined) continue;
    const { define, conf } = program;
    const seen = await simulate(define, { seed: seed + i, conf }).catch((error: unknown) => {
      throw new Error(`The program\n${program}\n${String(error)}`, { cause: error });
    });
    // One that died before anything was written began later, and for the oracle zero time is 0.
    if (seen.zeroTimeMs > 0) continue;
    compared += 1;
    const found = program.differences(seen);
    if (found.length > 0) throw new Error(`Seed ${seed + i}:\n${found.join('\n')}\nin the program\n${program}`);
  }
  console.log(`${compared} drawn programs wrote what the oracle says`);
  if (runs >= 100) expect(compared).toBeGreaterThan(runs / 5);
});

test('a program survives a crash after any step', { timeout: 24 * 3_600_000 }, async () => {
  const names = ['a window over state', 'all kinds of sources'];
  // A few of the steps, others each time; all of them in a long run.
  const stride = inject('simulations') >= 10_000 ? 1 : 23;
  for (const name of names) {
    for (const kind of ['kill', 'power loss'] as const) {
      let isDead = true;
      for (let steps = 1 + (inject('seed') % stride); isDead; steps += stride) {
        const end: Fault = kind === 'kill' ? { kind, steps, downMs: 0 } : { kind, steps, downMs: 0, chance: steps };
        const seen = await simulate(programNamed(name), { seed: inject('seed'), faults: [end] });
        isDead = seen.met.length > 0;
      }
    }
  }
});

test('a seed is a simulation: the same every time', async () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const program = programNamed('all kinds of sources');
    expect(await simulate(program, { seed })).toEqual(await simulate(program, { seed }));
  }
});

test('without faults one process does it all, and each output writes each batch once', async () => {
  for (const program of programs.values()) {
    const { lives, met, batches, outputs } = await simulate(program, { seed: 3, faults: [] });
    expect({ lives, met }).toEqual({ lives: 1, met: [] });
    for (const written of outputs.values()) expect(written.size).toBeLessThanOrEqual(batches);
  }
});

test('what keeps something outside of the program is found out, with the fewest faults', async () => {
  const forgetful = (_: StreamingContext, world: SimulatedWorld): void => {
    const seen = new Set<string>();
    const words = world.asked('words', ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b']);
    const isNew = (word: string): boolean => !seen.has(word) && seen.add(word).size > 0;
    world.idempotent('new words', words.filter(isNew));
  };
  await expect(simulate(forgetful, { seed: 5, faults: [] })).resolves.toMatchObject({ lives: 1 });
  const faults: Fault[] = [
    { kind: 'sink fails', call: 40, hasWritten: true },
    { kind: 'clock jumps', tick: 2, ms: 1500 },
    { kind: 'stop', isGraceful: true, afterMs: 5300, downMs: 400, isSameProcess: false },
  ];
  await expect(simulate(forgetful, { seed: 5, faults })).rejects.toThrowErrorMatchingInlineSnapshot(`
    [UsageError: [TESTING.LAW_BROKEN] Seed 5 breaks the law 'what is written is what the batch makes': new words at 3000 ms has too many of "a".
      why  It takes 1 of the 3 faults that there were.
      fix  Run it again, and look: await simulate(program, { seed: 5, faults: [ { kind: 'stop', isGraceful: true, afterMs: 0, downMs: 0, isSameProcess: false } ] })]
  `);
});

test('a program that fails by itself is found out', async () => {
  const failing = (_: StreamingContext, world: SimulatedWorld): void => {
    const words = world.asked('words', ['a', 'b']);
    world.idempotent(
      'words',
      words.map((word) => {
        if (word === 'b') throw new Error('no b');
        return word;
      }),
      { onFailure: fail },
    );
  };
  await expect(simulate(failing, { faults: [] })).rejects.toThrow('no b');
});

test('a window that went on without a batch could not be made for that batch again', async () => {
  const faults: Fault[] = [
    { kind: 'source fails', call: 3, isLate: false },
    { kind: 'source fails', call: 1, isLate: false },
  ];
  const { lives } = await simulate(programNamed('windows over a source that fails'), { seed: 20_262_079, faults });
  expect(lives).toBeGreaterThan(1);
});

test.each<[name: string, seed: number, faults: Fault[]]>([
  [
    'all kinds of sources',
    20_262_323,
    [
      { kind: 'kill', steps: 154, downMs: 0 },
      { kind: 'stop', isGraceful: true, afterMs: 0, downMs: 0, isSameProcess: false },
      { kind: 'log hangs', call: 1, ms: 2200 },
    ],
  ],
  [
    'a receiver',
    70_002_217,
    [
      { kind: 'kill', steps: 3, downMs: 0 },
      { kind: 'stop', isGraceful: true, afterMs: 2534, downMs: 0, isSameProcess: true },
      { kind: 'stop', isGraceful: true, afterMs: 0, downMs: 0, isSameProcess: true },
      { kind: 'log hangs', call: 1, ms: 2000 },
    ],
  ],
])('a stop with grace does not work off blocks that were refused as late: %s', async (name, seed, faults) => {
  const { lives } = await simulate(programNamed(name), { seed, faults });
  expect(lives).toBeGreaterThan(2);
});
