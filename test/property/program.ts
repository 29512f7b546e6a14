import { inspect } from 'node:util';
import fc from 'fast-check';
import { batchesMax, type Operator, rowsMax, type Shape } from './operator.ts';
import { type OutputUse, outputUses } from './output-uses.ts';
import { keepingNames, operators } from './programs.ts';
import { type Call, type Kind, oneIn } from './row-functions.ts';
import { levels } from './stream-operators.ts';

/*
 * A random program as data: its inputs, its operators as a graph, its outputs, and how it is run. It can be printed, so
 * that a failure is read without running it.
 */

/** What an input gives in a batch: rows, no RDD at all, an RDD without a partition, or a throw. */
export type InputBatch = readonly number[] | null | 'no partition' | 'throws';

/** A source whose batches are given beforehand. */
export interface Input {
  readonly batches: readonly InputBatch[];
  readonly partitions: number;
  /** As values, as lines of text that are read to numbers, or as values that are there a turn later. */
  readonly form: 'values' | 'text' | 'late values';
}

/** An operator in its place: streams have numbers, the inputs first. */
export interface Node {
  readonly name: string;
  readonly args: unknown;
  readonly parents: readonly number[];
}

/** An output and its stream. */
export interface Sink {
  readonly name: string;
  readonly args: unknown;
  readonly of: number;
}

/** How a program is run. */
export interface Settings {
  /** Decides the order of messages. */
  readonly seed: number;
  readonly slots: number;
  readonly parallelism: number | undefined;
  readonly concurrentJobs: number;
  readonly codegen: boolean;
  /** Whether time jumps over all batches, so that they are missed and made up for. */
  readonly isJumping: boolean;
  /** How many batches may be under way; as by default where undefined. */
  readonly pendingMax: number | undefined;
  /** Every job of one output lasts so long on the clock of the actors, so that batches pile up behind it. */
  readonly stall: { readonly output: number; readonly ms: number } | undefined;
  /** Whether the RDDs of all batches are kept and, behind the run on the actors, read again by `slice`. */
  readonly isSliced: boolean;
}

/** A program and how to run it. */
export class Program {
  readonly inputs: readonly Input[];
  readonly nodes: readonly Node[];
  readonly sinks: readonly Sink[];
  readonly settings: Settings;

  constructor(inputs: readonly Input[], nodes: readonly Node[], sinks: readonly Sink[], settings: Settings) {
    this.inputs = inputs;
    this.nodes = nodes;
    this.sinks = sinks;
    this.settings = settings;
  }

  get batchCount(): number {
    return this.inputs[0]?.batches.length ?? 0;
  }

  /**
   * The operators that an output reaches, and the outputs, by name, each as often as it is there; again where they are
   * told to fail; and what is done beside them.
   */
  names(): readonly string[] {
    const reached = this.reached();
    const nodes = this.nodes.filter((_, i) => reached.has(i + this.inputs.length));
    const named = [...nodes, ...this.sinks];
    const failing = named.filter(({ args }) => isFailing(args));
    const { isJumping, isSliced, stall } = this.settings;
    return [
      ...named.map(({ name }) => name),
      ...failing.map(({ name }) => `${name} that fails`),
      ...(isJumping ? ['(missed batches)'] : []),
      ...(isSliced ? ['(slice)'] : []),
      ...(stall === undefined ? [] : ['(stall)']),
    ];
  }

  /**
   * Operators that know of more than one batch, with each such that is somewhere before them: `window → mapWithState`.
   */
  keepingPairs(): readonly string[] {
    const reached = this.reached();
    const keepers: ReadonlySet<string>[] = this.inputs.map(() => new Set<string>());
    const pairs: string[] = [];
    for (const [i, { name, parents }] of this.nodes.entries()) {
      const before = new Set(parents.flatMap((parent) => [...(keepers[parent] ?? [])]));
      const isKeeping = keepingNames.includes(name);
      if (isKeeping && reached.has(i + this.inputs.length)) pairs.push(...[...before].map((one) => `${one} → ${name}`));
      keepers.push(isKeeping ? before.add(name) : before);
    }
    return pairs;
  }

  /** The streams that an output reaches. */
  reached(): ReadonlySet<number> {
    const reached = new Set<number>();
    const visit = (stream: number): void => {
      if (reached.has(stream)) return;
      reached.add(stream);
      this.nodes[stream - this.inputs.length]?.parents.forEach(visit);
    };
    for (const { of } of this.sinks) visit(of);
    return reached;
  }

  /**
   * Streams that read what is kept by whole partitions: because the program says so, or for an operator that knows of
   * more than one batch.
   */
  readAhead(): ReadonlySet<number> {
    const keeping = [...keepingNames, 'persist', 'cache'];
    const found = new Set(this.nodes.flatMap(({ name, parents }) => (keeping.includes(name) ? parents : [])));
    for (const [i, { parents }] of this.nodes.entries()) {
      if (parents.some((parent) => found.has(parent))) found.add(i + this.inputs.length);
    }
    return found;
  }

  toString(): string {
    const n = this.inputs.length;
    return [
      ...this.inputs.map(
        ({ batches, partitions, form }, i) => `s${i} = input ${form} in ${partitions}: ${textOf(batches)}`,
      ),
      ...this.nodes.map(({ name, args, parents }, i) => {
        const [parent, ...others] = parents.map((each) => `s${each}`);
        const given = [(operators.get(name) as Operator<unknown>).show(args), ...others].filter((text) => text !== '');
        return `s${i + n} = ${parent}.${name}(${given.join(', ')})`;
      }),
      ...this.sinks.map(({ name, args, of }) => `s${of} → ${name}${args === null ? '' : ` ${textOf(args)}`}`),
      `run with ${textOf(this.settings)}`,
    ].join('\n');
  }

  [fc.toStringMethod](): string {
    return `\n${this}\n`;
  }
}

/** Any program. */
export function anyProgram(): fc.Arbitrary<Program> {
  return fc
    .record({
      batchCount: fc.integer({ min: 1, max: batchesMax }),
      inputs: fc.array(input, { minLength: 1, maxLength: 3 }),
      nodes: fc.oneof(
        { weight: 2, arbitrary: fc.array(drawnNode, { maxLength: 8 }) },
        { weight: 1, arbitrary: fc.array(mostlyKeeping, { minLength: 3, maxLength: 8 }) },
      ),
      sinks: fc.array(drawnSink, { minLength: 1, maxLength: 4 }),
      settings,
      level: fc.oneof(fc.constant('MEMORY_ONLY'), fc.constantFrom(...levels)),
    })
    .map((drawn) => {
      const inputs = drawn.inputs.map((each) => ({ ...each, batches: each.batches.slice(0, drawn.batchCount) }));
      const { nodes, sinks } = place(drawn.nodes, drawn.sinks, inputs.map(shapeOf));
      return new Program(
        inputs,
        nodes.map((node) => atLevel(node, drawn.level)),
        sinks,
        drawn.settings,
      );
    });
}

/** Streams may share an RDD, which has one level: so all streams of a program that are persisted have the same. */
function atLevel(node: Node, level: string): Node {
  if (node.name === 'persist' || (node.name === 'cache' && level !== 'MEMORY_ONLY')) {
    return { ...node, name: 'persist', args: level };
  }
  return node;
}

/** Whether arguments have a failure in them. */
function isFailing(args: unknown): boolean {
  if (typeof args !== 'object' || args === null) return false;
  return Object.entries(args).some(([name, each]) => (name === 'fails' && each !== undefined) || isFailing(each));
}

const smallRows = fc.array(fc.integer({ min: -2, max: 9 }), { maxLength: 6 });
/** Long enough that loops, slices and merges are cut. */
const manyRows = fc
  .record({
    length: fc.integer({ min: 1000, max: 2500 }),
    step: fc.integer({ min: 1, max: 7 }),
    mod: fc.integer({ min: 1, max: 3000 }),
  })
  .map(({ length, step, mod }) => Array.from({ length }, (_, i) => (i * step) % mod));

const batch: fc.Arbitrary<InputBatch> = fc.oneof(
  { weight: 60, arbitrary: smallRows },
  { weight: 1, arbitrary: manyRows },
  { weight: 6, arbitrary: fc.constant([]) },
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.constant('no partition' as const) },
  { weight: 1, arbitrary: fc.constant('throws' as const) },
);

const input: fc.Arbitrary<Input> = fc.record({
  batches: fc.array(batch, { minLength: batchesMax, maxLength: batchesMax }),
  partitions: fc.integer({ min: 1, max: 4 }),
  form: fc.constantFrom('values', 'values', 'text', 'late values'),
});

const settings: fc.Arbitrary<Settings> = fc.record({
  seed: fc.nat(),
  slots: fc.integer({ min: 1, max: 3 }),
  parallelism: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  concurrentJobs: fc.constantFrom(1, 1, 1, 2, 3),
  codegen: fc.boolean(),
  isJumping: fc.boolean(),
  pendingMax: fc.constantFrom(undefined, undefined, 1, 2),
  stall: oneIn(4, fc.record({ output: fc.nat({ max: 3 }), ms: fc.integer({ min: 1, max: 2500 }) })),
  isSliced: fc.boolean(),
});

/**
 * An operator or output and its arguments, and which streams it is put behind: numbers to be cut down to those there
 * are.
 */
interface Drawn {
  readonly name: string;
  readonly args: unknown;
  readonly picks: readonly number[];
}

/** The last stream, whatever its rows are: they are made to fit. */
const theLast = -1;

/** Which of the streams that fit, counted from the last; mostly the last, so that programs get deep. */
const pick = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constant(theLast) },
  { weight: 1, arbitrary: fc.nat({ max: 7 }) },
);

/** Drawn more often than others: without these, programs are dull. */
const often: ReadonlySet<string> = new Set(['map', 'reduceByKey', 'union', 'foreachRDD, collect']);

function drawnFrom(table: ReadonlyMap<string, Operator<unknown> | OutputUse<unknown>>): fc.Arbitrary<Drawn> {
  return fc.oneof(
    ...[...table.values()].map(({ name, arbitrary }) => ({
      weight: often.has(name) ? 3 : 2,
      arbitrary: fc.record({
        name: fc.constant(name),
        args: arbitrary,
        picks: fc.tuple(pick, pick, pick),
      }),
    })),
  );
}

const drawnNode = drawnFrom(operators);
/** Of operators that know of more than one batch, so that each gets to be behind each other. */
const mostlyKeeping = fc.oneof(
  { weight: 3, arbitrary: drawnFrom(new Map([...operators].filter(([name]) => keepingNames.includes(name)))) },
  { weight: 1, arbitrary: drawnNode },
);
const drawnSink = drawnFrom(outputUses);

function shapeOf({ batches }: Input): Shape {
  const longest = Math.max(...batches.map((rows) => (Array.isArray(rows) ? rows.length : 0)));
  return { kind: 'numbers', slideMs: 1000, rowsMax: longest };
}

/**
 * Puts operators and outputs behind streams that fit, of these the last ones first; leaves out what would grow too
 * large.
 */
function place(
  drawnNodes: readonly Drawn[],
  drawnSinks: readonly Drawn[],
  inputs: readonly Shape[],
): { readonly nodes: readonly Node[]; readonly sinks: readonly Sink[] } {
  const shapes = [...inputs];
  const nodes: Node[] = [];
  const add = (node: Node): void => {
    const { shape } = operators.get(node.name) as Operator<unknown>;
    const made = shape(
      node.args,
      node.parents.map((parent) => shapes[parent] as Shape),
    );
    if (made.rowsMax > rowsMax) return;
    shapes.push(made);
    nodes.push(node);
  };
  const streams = (fits: (shape: Shape) => boolean): readonly number[] =>
    shapes.flatMap((shape, i) => (fits(shape) ? [i] : [])).reverse();
  const pick = (from: readonly number[], n = 0): number => from[Math.max(n, 0) % from.length] as number;
  /** A stream of this kind. Where there is none, one is made, so that no operator waits for luck. */
  const streamOf = (kind: Kind | undefined, n = 0): number => {
    const fits = (shape: Shape): boolean => kind === undefined || shape.kind === kind;
    const all = streams(() => true);
    const isToBeMade = n === theLast && !fits(shapes.at(-1) as Shape);
    if (isToBeMade || streams(fits).length === 0) {
      const call: Call = { f: kind === 'pairs' ? 'keyBy text' : 'value' };
      add({ name: 'map', args: call, parents: [pick(all, n)] });
    }
    return pick(streams(fits), n);
  };

  for (const { name, args, picks } of drawnNodes) {
    const { takes, others } = operators.get(name) as Operator<unknown>;
    const [one, ...more] = picks;
    const parent = streamOf(takes(args), one);
    const like = shapes[parent] as Shape;
    const peers = streams(({ kind, slideMs }) => kind === like.kind && slideMs === like.slideMs);
    add({ name, args, parents: [parent, ...more.slice(0, others(args)).map((n) => pick(peers, n))] });
  }
  const sinks = drawnSinks.map(({ name, args, picks }): Sink => {
    const { takes } = outputUses.get(name) as OutputUse<unknown>;
    return { name, args, of: streamOf(takes, picks[0]) };
  });
  return { nodes, sinks };
}

/** A value in print. */
export function textOf(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 4, maxArrayLength: 12 });
}
