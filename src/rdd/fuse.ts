import { generate, type LoopFactory } from './generate.ts';
import { interpret } from './interpret.ts';
import type { Loop, Terminal } from './loop.ts';
import { firstPiece } from './pace.ts';
import type { Step } from './step.ts';

/**
 * The loops of a program, kept for its life: one for each chain of functions and terminal.
 *
 * A chain that one action alone uses (a closure made anew inside `transform`) runs on code it shares with all chains of
 * its shape, which is compiled and optimised already. One that another action uses again is a stage of the program, and
 * gets code of its own.
 */
export class Loops {
  /** Whether loops are generated; else they are interpreted. */
  readonly mayGenerate: boolean;
  readonly #chains = new WeakMap<Step['f'], Chain>();
  readonly #unchained: Chain = new Chain();
  readonly #shapes = new Map<string, LoopFactory>();
  #compiled = 0;

  /** @param mayGenerate false for the interpreted loops, whatever the process allows */
  constructor(mayGenerate: boolean) {
    this.mayGenerate = mayGenerate && processAllowsCode();
  }

  /** The loop of this chain. @param user who asks: the same object for all partitions of an action */
  of(steps: readonly Step[], terminal: Terminal, user: object = {}): Loop {
    const shape = `${steps.map((step) => step.kind).join(' ')} → ${terminal}`;
    const known = this.#chainOf(steps).loops;
    const entry = known.get(shape);
    if (entry === undefined) {
      const loop = this.#shared(steps, terminal, shape);
      known.set(shape, { loop, isOwn: !this.mayGenerate, user });
      return loop;
    }
    if (!entry.isOwn && entry.user !== user) {
      this.#compiled += 1;
      const kinds = steps.map((step) => step.kind);
      const code = generate(kinds, terminal, `${shape}, ${this.#compiled}`)(steps.map((step) => step.f));
      entry.loop = { ...code, piece: entry.loop.piece };
      entry.isOwn = true;
    }
    return entry.loop;
  }

  #chainOf(steps: readonly Step[]): Chain {
    let chain = this.#unchained;
    let children = this.#chains;
    for (const { f } of steps) {
      let next = children.get(f);
      if (next === undefined) {
        next = new Chain();
        children.set(f, next);
      }
      chain = next;
      children = next.longer;
    }
    return chain;
  }

  #shared(steps: readonly Step[], terminal: Terminal, shape: string): Loop {
    if (!this.mayGenerate) return { ...interpret(steps, terminal), piece: firstPiece };
    let factory = this.#shapes.get(shape);
    if (factory === undefined) {
      factory = generate(
        steps.map((step) => step.kind),
        terminal,
        shape,
      );
      this.#shapes.set(shape, factory);
    }
    return { ...factory(steps.map((step) => step.f)), piece: firstPiece };
  }
}

/** The loops of one chain of functions, and the chains that begin with it. Held weakly, by its functions. */
class Chain {
  readonly longer: WeakMap<Step['f'], Chain> = new WeakMap();
  readonly loops: Map<string, { loop: Loop; isOwn: boolean; readonly user: object }> = new Map();
}

function processAllowsCode(): boolean {
  try {
    return new Function('return true')() === true;
  } catch (error) {
    // `--disallow-code-generation-from-strings`: the interpreted loops do the same.
    if (error instanceof EvalError) return false;
    throw error;
  }
}
