import { type EndFault, type Fault, type InnerFault, isEnd } from './fault.ts';

/** The thrown value of a fault. */
export class SimulatedFault extends Error {}

/** The faults of a simulation: which are still to come, and which were met. */
export class FaultsToCome {
  readonly met: Fault[] = [];
  readonly #ends: EndFault[];
  readonly #inner: Set<InnerFault>;
  readonly #counts = { call: 0, storage: 0, log: 0, source: 0, function: 0, block: 0, tick: 0 };

  constructor(faults: readonly Fault[]) {
    this.#ends = faults.filter(isEnd);
    this.#inner = new Set(faults.filter((fault): fault is InnerFault => !isEnd(fault)));
  }

  /** How the next process ends; undefined where it ends by itself. */
  nextEnd(): EndFault | undefined {
    return this.#ends.shift();
  }

  atSinkCall(): Extract<InnerFault, { kind: 'sink fails' | 'sink hangs' }> | undefined {
    this.#counts.call += 1;
    return this.#take(
      (fault): fault is Extract<InnerFault, { kind: 'sink fails' | 'sink hangs' }> =>
        (fault.kind === 'sink fails' || fault.kind === 'sink hangs') && fault.call === this.#counts.call,
    );
  }

  atStorageCall(): Extract<InnerFault, { kind: 'storage fails' }> | undefined {
    this.#counts.storage += 1;
    return this.#take(
      (fault): fault is Extract<InnerFault, { kind: 'storage fails' }> =>
        fault.kind === 'storage fails' && fault.call === this.#counts.storage,
    );
  }

  atLogCall(): Extract<InnerFault, { kind: 'log hangs' }> | undefined {
    this.#counts.log += 1;
    return this.#take(
      (fault): fault is Extract<InnerFault, { kind: 'log hangs' }> =>
        fault.kind === 'log hangs' &&
        ('call' in fault ? fault.call === this.#counts.log : fault.block <= this.#counts.block),
    );
  }

  atSourceCall(): Extract<InnerFault, { kind: 'source fails' }> | undefined {
    this.#counts.source += 1;
    return this.#take(
      (fault): fault is Extract<InnerFault, { kind: 'source fails' }> =>
        fault.kind === 'source fails' && fault.call === this.#counts.source,
    );
  }

  atFunctionCall(): Extract<InnerFault, { kind: 'function throws' }> | undefined {
    this.#counts.function += 1;
    return this.#take(
      (fault): fault is Extract<InnerFault, { kind: 'function throws' }> =>
        fault.kind === 'function throws' && fault.call === this.#counts.function,
    );
  }

  atBlock(): Extract<InnerFault, { kind: 'receiver ends' }> | undefined {
    this.#counts.block += 1;
    return this.#take(
      (fault): fault is Extract<InnerFault, { kind: 'receiver ends' }> =>
        fault.kind === 'receiver ends' && fault.block === this.#counts.block,
    );
  }

  /** Begins the next tick. */
  nextTick(): void {
    this.#counts.tick += 1;
  }

  jump(): Extract<InnerFault, { kind: 'clock jumps' }> | undefined {
    return this.#take(
      (fault): fault is Extract<InnerFault, { kind: 'clock jumps' }> =>
        fault.kind === 'clock jumps' && fault.tick === this.#counts.tick,
    );
  }

  /** @param isOpen whether there is a connection that could */
  socketsClose(isOpen: boolean): boolean {
    if (!isOpen) return false;
    return (
      this.#take(
        (fault): fault is Extract<InnerFault, { kind: 'sockets close' }> =>
          fault.kind === 'sockets close' && fault.tick === this.#counts.tick,
      ) !== undefined
    );
  }

  #take<F extends InnerFault>(isDue: (fault: InnerFault) => fault is F): F | undefined {
    for (const fault of this.#inner) {
      if (!isDue(fault)) continue;
      this.#inner.delete(fault);
      this.met.push(fault);
      return fault;
    }
    return undefined;
  }
}
