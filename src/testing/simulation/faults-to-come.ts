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

  atSinkCall(): Of<'sink fails' | 'sink hangs'> | undefined {
    this.#counts.call += 1;
    return this.#take(['sink fails', 'sink hangs'], ({ call }) => call === this.#counts.call);
  }

  atStorageCall(): Of<'storage fails'> | undefined {
    this.#counts.storage += 1;
    return this.#take(['storage fails'], ({ call }) => call === this.#counts.storage);
  }

  atLogCall(): Of<'log hangs'> | undefined {
    this.#counts.log += 1;
    const { log, block } = this.#counts;
    return this.#take(['log hangs'], (fault) => ('call' in fault ? fault.call === log : fault.block <= block));
  }

  atSourceCall(): Of<'source fails'> | undefined {
    this.#counts.source += 1;
    return this.#take(['source fails'], ({ call }) => call === this.#counts.source);
  }

  atFunctionCall(): Of<'function throws'> | undefined {
    this.#counts.function += 1;
    return this.#take(['function throws'], ({ call }) => call === this.#counts.function);
  }

  atBlock(): Of<'receiver ends'> | undefined {
    this.#counts.block += 1;
    return this.#take(['receiver ends'], ({ block }) => block === this.#counts.block);
  }

  /** Begins the next tick. */
  nextTick(): void {
    this.#counts.tick += 1;
  }

  jump(): Of<'clock jumps'> | undefined {
    return this.#take(['clock jumps'], ({ tick }) => tick === this.#counts.tick);
  }

  /** @param isOpen whether there is a connection that could */
  socketsClose(isOpen: boolean): boolean {
    if (!isOpen) return false;
    return this.#take(['sockets close'], ({ tick }) => tick === this.#counts.tick) !== undefined;
  }

  /** The first fault of these kinds that is due: it is met. */
  #take<K extends InnerFault['kind']>(kinds: readonly K[], isDue: (fault: Of<K>) => boolean): Of<K> | undefined {
    const isOfKind = (fault: InnerFault): fault is Of<K> => (kinds as readonly string[]).includes(fault.kind);
    for (const fault of this.#inner) {
      if (!isOfKind(fault) || !isDue(fault)) continue;
      this.#inner.delete(fault);
      this.met.push(fault);
      return fault;
    }
    return undefined;
  }
}

type Of<K extends InnerFault['kind']> = Extract<InnerFault, { kind: K }>;
