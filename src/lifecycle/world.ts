import type { CallSite } from '../core/call-site.ts';
import { assert } from '../core/errors.ts';

/** Who holds a place, and since where. */
export interface Holder {
  readonly madeAt: CallSite;
  readonly startedAt?: CallSite | undefined;
}

/** What may exist once in each runtime. */
export interface World {
  /** The SparkContext that is alive. */
  readonly sparkContext: Place;
  /** The StreamingContext that is active. */
  readonly streamingContext: Place;
}

/** Room for one. Whoever claims it has looked first; a place that is taken is a bug here. */
class Place {
  readonly #name: string;
  #holder: Holder | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  get holder(): Holder | undefined {
    return this.#holder;
  }

  claim(holder: Holder): void {
    const taken = this.#holder;
    assert(taken === undefined, `the place of the ${this.#name} is free to claim (held by the one ${whence(taken)})`);
    this.#holder = holder;
  }

  release(holder: Holder): void {
    const held = this.#holder;
    assert(held === holder, `the place of the ${this.#name} is released by its holder (${whence(held)})`);
    this.#holder = undefined;
  }
}

/** The world of a runtime: the same one for the same runtime, another for each other. */
export function worldOf(runtime: object): World {
  let world = worlds.get(runtime);
  if (world === undefined) {
    world = { sparkContext: new Place('SparkContext'), streamingContext: new Place('active StreamingContext') };
    worlds.set(runtime, world);
  }
  return world;
}

const worlds = new WeakMap<object, World>();

function whence(holder: Holder | undefined): string {
  if (holder === undefined) return 'nobody holds it';
  const made = `made in ${holder.madeAt}`;
  return holder.startedAt === undefined ? made : `${made}, started in ${holder.startedAt}`;
}
