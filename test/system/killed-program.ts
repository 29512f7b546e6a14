import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { systemClock } from '../../src/core/clock.ts';
import type { Random } from '../../src/core/random.ts';

/** One life of the program. */
export interface Life {
  /** What it said, in order. */
  readonly said: readonly string[];
  readonly complaints: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that tells where it is. */
export class TellingProgram {
  readonly said: string[] = [];
  readonly life: Promise<Life>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #hear: () => void = () => undefined;

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.life = this.#live();
  }

  /** Resolves when it has said something of this kind so many times, or is dead. */
  async heard(what: string, times: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#hear = () => {
        if (this.said.filter((said) => said.startsWith(what)).length >= times) resolve();
      };
      this.#hear();
      void this.life.then(() => resolve());
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async #live(): Promise<Life> {
    let complaints = '';
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    createInterface(this.#child.stdout).on('line', (line) => {
      this.said.push(line);
      this.#hear();
    });
    const [code, signal] = (await once(this.#child, 'close')) as [number | null, NodeJS.Signals | null];
    return { said: this.said, complaints, code, signal };
  }
}

/** Kills it at a moment that chance says: while it loads or recovers, inside an output, behind one, or anywhere. */
export async function killSomewhere(program: TellingProgram, random: Random): Promise<Life> {
  const moments: readonly (readonly [what: string, times: number, thenMs: number])[] = [
    ['', 0, random.below(400)],
    ['begun', 1, random.below(60)],
    ['started', 1, random.below(100)],
    ['caught up', 1, random.below(800)],
    ['output', 1 + random.below(12), random.below(3)],
    ['written', 1 + random.below(12), random.below(20)],
  ];
  const [what, times, thenMs] = moments[random.below(moments.length)] ?? ['', 0, 0];
  await program.heard(what, times);
  await systemClock().sleep(thenMs);
  program.kill('SIGKILL');
  return await program.life;
}

/** Where it was when it was killed. */
export function phaseOf({ said }: Life): string {
  const last = said.at(-1) ?? '';
  const isCaughtUp = said.some((each) => each.startsWith('caught up'));
  if (last === '') return 'loading';
  if (last === 'begun') return 'reading the checkpoint';
  const where = last.startsWith('output') ? 'inside an output' : 'outside outputs';
  return isCaughtUp ? where : `${where}, catching up`;
}
