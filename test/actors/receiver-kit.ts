import { expect } from 'vitest';
import type { ReceiverMessage } from '../../src/actors/messages.ts';
import { receiverActor } from '../../src/actors/receiver.ts';
import type { Row } from '../../src/core/row.ts';
import type { RecoveredBlocks } from '../../src/graph/block-log.ts';
import { Receiver } from '../../src/graph/receiver.ts';
import type { Block } from '../../src/rdd/block.ts';
import { decode } from '../../src/rdd/chunk.ts';
import { type TestRuntime, testRuntime } from '../../src/testing/index.ts';
import { Alone } from './alone.ts';

/** A receiver that does what the test says, and notes what it is told. */
export class Puppet extends Receiver<unknown> {
  readonly calls: string[] = [];
  starting: () => void | Promise<void> = () => undefined;
  /** What each start was told. */
  readonly behind: Row[] = [];
  stopping: () => void | Promise<void> = () => undefined;

  override onStart(lastMeta: Row): void | Promise<void> {
    this.calls.push('onStart');
    this.behind.push(lastMeta);
    return this.starting();
  }

  override onStop(): void | Promise<void> {
    this.calls.push('onStop');
    return this.stopping();
  }
}

export interface Desk {
  readonly runtime: TestRuntime;
  readonly receiver: Puppet;
  readonly actor: Alone<ReceiverMessage>;
  /** Lets promises go on. @returns what the actor has posted since the last look */
  settled(): Promise<readonly string[]>;
  /** The blocks posted since the last look. */
  blocks(): readonly Block[];
}

export interface Settings {
  readonly rows?: number;
  readonly bytes?: number;
  readonly rate?: number;
  /** How many blocks may be under way to the journal; there is none, unless given. */
  readonly underWay?: number;
  readonly recovered?: RecoveredBlocks;
}

export function desk({ rows, bytes, rate, underWay, recovered }: Settings = {}): Desk {
  const runtime = testRuntime();
  const receiver = new Puppet();
  const options = {
    receiver,
    streamId: 7,
    runtime,
    blockIntervalMs: 200,
    bufferRowsMax: rows ?? 1000,
    bufferBytesMax: bytes ?? 1000,
    rowsPerSecondMax: rate,
    isJournaled: underWay !== undefined,
    underWayMax: underWay ?? 1,
    recovered,
    input: 'input',
    supervisor: 'supervisor',
  };
  const actor = new Alone<ReceiverMessage>((post) => receiverActor(options, post));
  return {
    runtime,
    receiver,
    actor,
    settled: async () => {
      await runtime.settle();
      return actor.says();
    },
    blocks: () => actor.takes().flatMap(({ message }) => (message.type === 'block.stored' ? [message.block] : [])),
  };
}

export function started(settings: Settings = {}): Desk {
  const made = desk(settings);
  const told = settings.underWay === undefined ? ['supervisor'] : ['input', 'supervisor'];
  expect(made.actor.hears({ type: 'receiver.start' })).toEqual(told.map((to) => `${to} receiver.started`));
  return made;
}

export const rowsOf = (block: Block | undefined): readonly unknown[] =>
  (block?.chunks ?? []).flatMap((chunk) => (chunk.kind === 'rows' ? chunk.rows : decode(chunk)));

/** Whether a promise has come to its end, once all that can go on has. */
export async function isOver({ runtime }: Desk, promise: Promise<unknown>): Promise<boolean> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  promise.then(end, end);
  await runtime.settle();
  return over;
}
