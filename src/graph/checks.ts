import { confKeys } from '../core/conf-keys.ts';
import { UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { SparkConf } from '../core/spark-conf.ts';
import { type Duration, type DurationLike, durationOf } from '../core/time.ts';
import { durableIdsOf } from './durable-ids.ts';
import type { Graph, StreamNode } from './graph.ts';
import type { Op } from './op.ts';
import type { Output } from './output.ts';
import { Receiver } from './receiver.ts';
import { siteOf } from './site-of.ts';

// What is wrong with a program, found while it is written or when it starts.

/** @throws UsageError (GRAPH.NOT_A_FUNCTION, GRAPH.WRONG_ARITY, GRAPH.DIFFERENT_SLIDES, WINDOW.NOT_A_MULTIPLE) */
export function checkStage(op: Op<Row>, parents: readonly StreamNode[]): void {
  checkCode(op);
  const isFitting = op.arity === 'one or more' ? parents.length >= 1 : parents.length === op.arity;
  if (!isFitting) {
    throw new UsageError('GRAPH.WRONG_ARITY', { operator: op.name, arity: op.arity, parents: parents.length });
  }
  const slides = [...new Set(parents.map((parent) => parent.slideMs))];
  if (slides.length > 1) throw new UsageError('GRAPH.DIFFERENT_SLIDES', { operator: op.name, slides });
  checkWindow(op, slides[0] as number);
}

function checkWindow({ name: operator, windowMs, slideMs: ownMs }: Op<Row>, slideMs: number): void {
  if (windowMs === undefined) return;
  for (const [what, durationMs] of [
    ['window', windowMs],
    ['slide', ownMs ?? slideMs],
  ] as const) {
    if (durationMs % slideMs !== 0)
      throw new UsageError('WINDOW.NOT_A_MULTIPLE', { operator, what, durationMs, slideMs });
  }
}

/** @throws UsageError (GRAPH.NOT_A_FUNCTION) */
export function checkCode({ name, code }: Pick<Op<Row> | Output<Row>, 'name' | 'code'>): void {
  const wrong = code.find((f: unknown) => typeof f !== 'function');
  if (wrong !== undefined || code.includes(undefined as never)) {
    throw new UsageError('GRAPH.NOT_A_FUNCTION', { operator: name, given: String(wrong) });
  }
}

/** What would keep a program from running, all at once. */
export function mistakesOf(program: {
  readonly outputs: number;
  readonly receivers: number;
  readonly slots: number;
  readonly master: string;
  readonly madeAt: string;
}): readonly UsageError[] {
  const { outputs, receivers, slots, master } = program;
  const at = [`made in ${program.madeAt}`];
  const mistakes: UsageError[] = [];
  if (outputs === 0) mistakes.push(new UsageError('CONTEXT.NO_OUTPUTS', {}, { at }));
  if (receivers >= slots) mistakes.push(new UsageError('CONTEXT.NO_SLOT_LEFT', { master, slots, receivers }, { at }));
  return mistakes;
}

/** @throws UsageError (DURATION.NOT_POSITIVE, TIME.BAD_DURATION) */
export function positive(call: string, duration: DurationLike): Duration {
  const length = durationOf(duration);
  if (length.milliseconds > 0) return length;
  throw new UsageError('DURATION.NOT_POSITIVE', { call, duration: String(length) });
}

/** What is wrong with the checkpoints that streams are to have, and with their names there. */
export function checkpointMistakes(
  graph: Graph,
  directory: string | undefined,
  conf: SparkConf,
): readonly UsageError[] {
  const isLogged = conf.read(confKeys.receiverLog) === true;
  const mistakes = [...graph.inputs, ...graph.stages].flatMap((node) => mistakesIn(node, directory, isLogged));
  return directory === undefined ? mistakes : [...mistakes, ...namesTwice(graph)];
}

function mistakesIn(node: StreamNode, directory: string | undefined, isLogged: boolean): readonly UsageError[] {
  const { checkpointMs, level } = node.settings;
  const isReceived = node.kind === 'input' && node.source instanceof Receiver;
  const isNeeded = node.kind === 'stage' ? node.op.checkpoints !== 'never' : isReceived && isLogged;
  if (checkpointMs === undefined && !isNeeded) return [];
  const stream = node.label.name;
  const at = [siteOf(node)];
  const mistakes: UsageError[] = [];
  if (directory === undefined) mistakes.push(new UsageError('CHECKPOINT.NO_DIRECTORY', { stream }, { at }));
  if (checkpointMs !== undefined && checkpointMs % node.slideMs !== 0) {
    const facts = { stream, intervalMs: checkpointMs, slideMs: node.slideMs };
    mistakes.push(new UsageError('CHECKPOINT.BAD_INTERVAL', facts, { at }));
  }
  if (level?.name === 'NONE') mistakes.push(new UsageError('CHECKPOINT.NOT_PERSISTED', { stream }, { at }));
  return mistakes;
}

function namesTwice(graph: Graph): readonly UsageError[] {
  try {
    durableIdsOf(graph);
    return [];
  } catch (error) {
    if (error instanceof UsageError) return [error];
    throw error;
  }
}
