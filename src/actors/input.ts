import { BoundedQueue } from '../core/bounded-queue.ts';
import type { Address } from '../core/bus.ts';
import { assert, SourceError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Answer } from '../graph/answer.ts';
import type { InputPlan } from '../graph/batch-log.ts';
import type { RecoveredBlocks } from '../graph/block-log.ts';
import type { InputNode } from '../graph/graph.ts';
import type { InputDStream } from '../graph/input-dstream.ts';
import { blocksToAnswer, type InputAnswer, type Planning, refuseInput, stepInput } from '../graph/planning.ts';
import { sealNode } from '../graph/sealing.ts';
import { siteOf } from '../graph/site-of.ts';
import type { Block } from '../rdd/block.ts';
import { rowCountOfPlan } from '../rdd/plan.ts';
import { activity, type Behaviour, contextAddress, type Post } from './define-actor.ts';
import type { InputMessage } from './messages.ts';

/** What an input is made of. */
export interface InputOptions {
  readonly node: InputNode;
  readonly planning: Planning;
  readonly children: readonly Address[];
  readonly scheduler: Address;
  readonly drain: Address;
}

/** An input with a receiver: gives the blocks that have come to the batch of each beat. */
export function receiverInput(
  options: InputOptions & {
    readonly receiver: Address;
    readonly supervisor: Address;
    readonly recovered: RecoveredBlocks | undefined;
  },
  post: Post,
): Behaviour<InputMessage> {
  const { node, planning, receiver, recovered } = options;
  let unallocated = [...(recovered?.unallocated ?? [])];
  const allocated = new Map(recovered?.allocated);
  // What came is of a batch behind all of these, whether or not something had come for each of them.
  const recoveredMs = Math.max(...(recovered?.allocated.keys() ?? []), ...(recovered?.lost.keys() ?? []));

  const give = (timeMs: number, blocks: readonly Block[]): void => {
    const numRecords = blocks.reduce((sum, block) => sum + block.rowCount, 0);
    const ids = blocks.map(({ id }) => id);
    announce(options, blocksToAnswer(node, timeMs, blocks, planning), numRecords, { blocks: ids }, post);
  };

  /** The same again for a batch that an earlier process has begun. */
  const giveAgain = (timeMs: number): void => {
    const lost = recovered?.lost.get(timeMs);
    if (lost === undefined) {
      give(timeMs, allocated.get(timeMs) ?? []);
      return;
    }
    const facts = { receiver: node.source.name, timeMs, blocks: lost };
    const error = new SourceError('RECEIVER.BLOCKS_LOST', facts, { at: [siteOf(node)] });
    announce(options, refuseInput(node, timeMs, error, planning), 0, { blocks: lost }, post);
  };

  return {
    on: {
      'batch.tick': ({ timeMs }) => {
        if (timeMs <= recoveredMs) giveAgain(timeMs);
        else post(receiver, { type: 'block.seal', timeMs });
      },
      'block.stored': ({ block }) => {
        unallocated.push(block);
      },
      'block.sealed': ({ timeMs }) => {
        const blocks = unallocated;
        unallocated = [];
        allocated.set(timeMs, blocks);
        give(timeMs, blocks);
      },
      'batch.sealed': ({ timeMs }) => {
        const horizonMs = sealNode(node, timeMs, planning);
        for (const [atMs, blocks] of allocated) {
          if (atMs > horizonMs) break;
          allocated.delete(atMs);
          if (blocks.length > 0) post(receiver, { type: 'block.freed', blocks });
        }
      },
      'input.close': () => post(options.supervisor, { type: 'receiver.stop' }),
      'receiver.closed': () => post(options.drain, { type: 'input.closed', hasMore: unallocated.length > 0 }),
      'input.stop': () => post(options.drain, { type: 'input.stopped' }),
    },
  };
}

/** An input that is asked for its data at each beat, one beat after the other. */
export function askedInput(
  options: InputOptions & { readonly runtime: Runtime; readonly pendingMax: number },
  post: Post,
): Behaviour<InputMessage> {
  const { node, planning, runtime } = options;
  const source = node.source as InputDStream<Row>;
  const beats = new BoundedQueue<number>(options.pendingMax);
  let isAsking = false;

  const askNext = (): void => {
    if (isAsking) return;
    const timeMs = beats.shift();
    if (timeMs === undefined) return;
    isAsking = true;
    activity(runtime, `${node.id} at ${timeMs} ms`, post, async () => {
      const said = stepInput(node, timeMs, planning);
      const answered = said instanceof Promise ? await said : said;
      isAsking = false;
      answer(answered);
    });
  };

  const answer = ({ answer, ...said }: InputAnswer): void => {
    const numRecords = answer.type === 'rdd.ready' ? rowCountOfPlan(answer.rdd.plan) : 0;
    announce(options, answer, numRecords, { ...said, hasFailed: answer.type === 'rdd.failed' }, post);
    askNext();
  };

  return {
    on: {
      'batch.tick': ({ timeMs }) => {
        assert(beats.push(timeMs), `no more beats wait at ${node.id} than batches may be under way`);
        askNext();
      },
      // What is there by the next beat still counts as come.
      'input.close': () => post(options.drain, { type: 'input.closed', hasMore: true }),
      'input.stop': () => {
        activity(runtime, `${node.id} stops`, post, async () => {
          try {
            await source.stop();
          } catch (error) {
            post(contextAddress, { type: 'error.reported', error });
          }
          post(options.drain, { type: 'input.stopped' });
        });
      },
      'batch.sealed': ({ timeMs }) => void sealNode(node, timeMs, planning),
      'block.stored': notMine,
      'block.sealed': notMine,
      'receiver.closed': notMine,
    },
  };
}

function announce(
  options: InputOptions,
  answer: Answer,
  numRecords: number,
  plan: Omit<InputPlan, 'source'>,
  post: Post,
): void {
  const { node } = options;
  const info = { streamId: node.streamId, name: node.label.name, numRecords, position: plan.position };
  post(options.scheduler, { type: 'input.planned', timeMs: answer.timeMs, info, plan });
  for (const child of options.children) post(child, answer);
}

function notMine(message: { readonly type: string }): never {
  throw new TypeError(`an input that is asked has no receiver that could say ${message.type}`);
}
