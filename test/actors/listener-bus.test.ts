import { expect, test } from 'vitest';
import { ListenerBus } from '../../src/actors/listener-bus.ts';
import type { ActorMessage, ListenerMessage } from '../../src/actors/messages.ts';
import { type LogEntry, Logger } from '../../src/core/logger.ts';
import type { StreamingListener } from '../../src/graph/streaming-listener.ts';
import { testRuntime } from '../../src/testing/index.ts';
import { Alone } from './alone.ts';
import { noting } from './play.ts';

interface Desk {
  readonly listeners: ListenerBus;
  readonly actor: Alone<ListenerMessage>;
  readonly log: LogEntry[];
}

function desk(): Desk {
  const { clock, terminal } = testRuntime();
  const log: LogEntry[] = [];
  const sink = { log: (entry: LogEntry) => void log.push(entry) };
  const listeners = new ListenerBus(new Logger('ListenerBus', { sink, clock, terminal, level: 'WARN' }));
  return { listeners, actor: new Alone<ListenerMessage>(() => listeners.behaviour()), log };
}

const fact = (type: ListenerMessage['type'], info: object): ListenerMessage =>
  ({ type, info }) as unknown as ActorMessage as ListenerMessage;
const started = (timeMs: number): ListenerMessage => fact('streaming.started', { timeMs });

test('each fact is heard by the method of its name, with its info, in order', () => {
  const { listeners, actor } = desk();
  const heard: string[] = [];
  listeners.add(noting(heard));
  const facts = [
    started(0),
    fact('receiver.up', { streamId: 1 }),
    fact('receiver.trouble', { streamId: 2 }),
    fact('receiver.down', { streamId: 3 }),
    fact('batch.submitted', { batchTimeMs: 4 }),
    fact('batch.started', { batchTimeMs: 5 }),
    fact('output.started', { batchTimeMs: 6, id: 0 }),
    fact('output.completed', { batchTimeMs: 7, id: 1 }),
    fact('batch.completed', { batchTimeMs: 8 }),
    fact('streaming.stopping', { timeMs: 9 }),
  ];
  for (const each of facts) actor.tell(each);
  expect(heard).toEqual([
    'streaming.started',
    'receiver.up 1',
    'receiver.trouble 2',
    'receiver.down 3',
    'batch.submitted 4',
    'batch.started 5',
    'output.started 6/0',
    'output.completed 7/1',
    'batch.completed 8',
    'streaming.stopping 9',
  ]);
});

test('listeners hear in the order in which they came, whatever the fact', () => {
  const { listeners, actor } = desk();
  const heard: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    listeners.add({
      onStreamingStarted: ({ timeMs }) => void heard.push(`${name} ${timeMs}`),
      onBatchStarted: () => void heard.push(name),
    });
  }
  actor.tell(started(1));
  actor.tell(fact('batch.started', { batchTimeMs: 2 }));
  expect(heard).toEqual(['first 1', 'second 1', 'third 1', 'first', 'second', 'third']);
});

test('a listener may be a class, and may be given methods later', () => {
  const { listeners, actor } = desk();
  class Counting implements StreamingListener {
    count = 0;
    onStreamingStarted(): void {
      this.count += 1;
    }
  }
  const counting = new Counting();
  const later: StreamingListener = {};
  listeners.add(counting);
  listeners.add(later);
  actor.tell(started(0));
  later.onStreamingStarted = () => counting.onStreamingStarted();
  actor.tell(started(1));
  expect(counting.count).toBe(3);
});

test('a listener that is added twice hears once, and one that is removed hears nothing', () => {
  const { listeners, actor } = desk();
  const heard: string[] = [];
  const listener = noting(heard);
  listeners.add(listener);
  listeners.add(listener);
  actor.tell(started(0));
  expect(heard).toEqual(['streaming.started']);
  listeners.remove(listener);
  listeners.remove(listener);
  actor.tell(started(1));
  expect(heard).toEqual(['streaming.started']);
  listeners.add(listener);
  actor.tell(started(2));
  expect(heard).toEqual(['streaming.started', 'streaming.started']);
});

test('a listener that throws, or rejects, is logged and called again, and keeps the others from nothing', async () => {
  const { listeners, actor, log } = desk();
  const heard: string[] = [];
  const [thrown, rejected] = [new Error('thrown'), new Error('rejected')];
  let calls = 0;
  listeners.add({
    onStreamingStarted: () => {
      calls += 1;
      throw thrown;
    },
  });
  listeners.add({ onStreamingStarted: async () => Promise.reject(rejected) });
  listeners.add(noting(heard));
  actor.tell(started(0));
  actor.tell(started(1));
  await testRuntime().settle();
  expect(heard).toEqual(['streaming.started', 'streaming.started']);
  expect(calls).toBe(2);
  expect(log.map(({ level, message, error }) => [level, message, error])).toEqual(
    [thrown, thrown, rejected, rejected].map((error) => ['ERROR', 'A streaming listener failed', error]),
  );
});

test('it knows while a listener is being told something, also when that throws', () => {
  const { listeners, actor } = desk();
  const speaking: boolean[] = [];
  listeners.add({
    onStreamingStarted: () => {
      speaking.push(listeners.isSpeaking);
      throw new Error('no');
    },
  });
  speaking.push(listeners.isSpeaking);
  actor.tell(started(0));
  speaking.push(listeners.isSpeaking);
  expect(speaking).toEqual([false, true, false]);
});

test('a listener may add and remove listeners', () => {
  const { listeners, actor } = desk();
  const heard: string[] = [];
  const added = noting(heard);
  const adding: StreamingListener = {
    onStreamingStarted: () => {
      listeners.remove(adding);
      listeners.add(added);
    },
  };
  listeners.add(adding);
  actor.tell(started(0));
  expect(heard).toEqual([]);
  actor.tell(started(1));
  expect(heard).toEqual(['streaming.started']);
});
