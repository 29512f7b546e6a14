import { describe, expect, test } from 'vitest';
import type { SupervisorMessage } from '../../src/actors/messages.ts';
import { receiverSupervisor } from '../../src/actors/receiver-supervisor.ts';
import { Logger } from '../../src/core/logger.ts';
import { testRuntime } from '../../src/testing/index.ts';
import { Alone } from './alone.ts';

type RestartOrders = Parameters<Parameters<typeof receiverSupervisor>[0]['restarts']>[0];

/** A supervisor whose restart machine is the test: it sees what the machine is told, and gives the orders. */
function supervisor() {
  const { clock, terminal } = testRuntime({ startMs: 5000 });
  const log: string[] = [];
  const sink = {
    log: ({ level, message }: { level: string; message: string }) => void log.push(`${level} ${message}`),
  };
  const told: string[] = [];
  const life = { state: 'idle', send: ({ type }: { readonly type: string }) => void told.push(type) };
  let orders: RestartOrders | undefined;
  const options = {
    streamId: 3,
    name: 'Tap',
    site: 'receiverStream (job.ts:7)',
    clock,
    logger: new Logger('supervisor', { sink, clock, terminal, level: 'WARN' }),
    receiver: 'receiver',
    listeners: 'listeners',
    restarts: (given: RestartOrders) => {
      orders = given;
      return life;
    },
  };
  const actor = new Alone<SupervisorMessage>((post) => receiverSupervisor(options, post));
  return { actor, life, told, log, orders: orders as unknown as RestartOrders };
}

type Supervised = ReturnType<typeof supervisor>;

/** What listeners are told of the receiver when the actor hears a message. */
function infoAfter({ actor }: Pick<Supervised, 'actor'>, message: SupervisorMessage): object {
  actor.tell(message);
  const [fact] = actor.takes();
  return fact !== undefined && 'info' in fact.message ? { type: fact.message.type, ...fact.message.info } : {};
}

const started: SupervisorMessage = { type: 'receiver.started' };
const stopped: SupervisorMessage = { type: 'receiver.stopped', message: 'Stopped by driver', error: undefined };
const noError = { lastErrorMessage: '', lastError: '', lastErrorTimeMs: undefined };

test('hands everything but complaints to the machine that decides, as it comes', () => {
  const { actor, told } = supervisor();
  const all: readonly SupervisorMessage[] = [
    { type: 'receiver.start' },
    started,
    { type: 'receiver.complained', message: 'a bad line', error: undefined },
    { type: 'receiver.failed', message: 'down', error: new Error('refused'), retryable: true },
    { type: 'receiver.restart', message: 'no more', error: undefined, delayMs: 100 },
    stopped,
    { type: 'receiver.stop' },
  ];
  for (const message of all) actor.hears(message);
  expect(told).toEqual(all.map(({ type }) => type).filter((type) => type !== 'receiver.complained'));
});

test('passes the orders of the machine on to the receiver', () => {
  const { actor, orders } = supervisor();
  orders.start();
  orders.stop();
  expect(actor.says()).toEqual(['receiver receiver.start', 'receiver receiver.stop']);
});

test('closes the receiver when the machine has stopped, once', () => {
  const { actor, life } = supervisor();
  expect(actor.hears({ type: 'receiver.stop' })).toEqual([]);
  life.state = 'stopped';
  expect(actor.hears(stopped)).toEqual(['listeners receiver.down stream 3', 'receiver receiver.close']);
  expect(actor.hears({ type: 'receiver.failed', message: 'late', error: 1, retryable: true })).toEqual([
    'listeners receiver.trouble stream 3',
  ]);
});

test('a start that a stop has overtaken is none', () => {
  const { actor, life, told } = supervisor();
  life.state = 'stopped';
  expect(actor.hears({ type: 'receiver.stop' })).toEqual(['receiver receiver.close']);
  expect(actor.hears({ type: 'receiver.start' })).toEqual([]);
  expect(told).toEqual(['receiver.stop']);
});

describe('listeners are told', () => {
  const receiver = { streamId: 3, name: 'Tap' };

  test('that it is up, and that it is down', () => {
    const it = supervisor();
    expect(infoAfter(it, started)).toEqual({ type: 'receiver.up', ...receiver, isActive: true, ...noError });
    expect(infoAfter(it, stopped)).toEqual({
      type: 'receiver.down',
      ...receiver,
      isActive: false,
      lastErrorMessage: 'Stopped by driver',
      lastError: '',
      lastErrorTimeMs: 5000,
    });
  });

  test('of a failure, with the text of the error and the time', () => {
    const failed: SupervisorMessage = {
      type: 'receiver.failed',
      message: 'Error starting receiver 3',
      error: new TypeError('no such topic'),
      retryable: true,
    };
    const it = supervisor();
    const trouble = {
      lastErrorMessage: 'Error starting receiver 3',
      lastError: 'no such topic',
      lastErrorTimeMs: 5000,
    };
    infoAfter(it, started);
    expect(infoAfter(it, failed)).toEqual({ type: 'receiver.trouble', ...receiver, isActive: true, ...trouble });
    expect(infoAfter(it, stopped)).toEqual({ type: 'receiver.down', ...receiver, isActive: false, ...trouble });
    expect(it.log).toEqual(['WARN Receiver 3 (Tap) failed: Error starting receiver 3: no such topic']);
  });

  test('of a complaint, while it goes on', () => {
    const it = supervisor();
    infoAfter(it, started);
    const complained: SupervisorMessage = { type: 'receiver.complained', message: 'a bad line', error: 'no number' };
    const trouble = { lastErrorMessage: 'a bad line', lastError: 'no number', lastErrorTimeMs: 5000 };
    expect(infoAfter(it, complained)).toEqual({ type: 'receiver.trouble', ...receiver, isActive: true, ...trouble });
    expect(it.log).toEqual(['WARN Receiver 3 (Tap) reports: a bad line: no number']);
  });

  test('why it was restarted, when it is down', () => {
    const it = supervisor();
    infoAfter(it, started);
    const restart = { type: 'receiver.restart', message: 'no more', error: undefined, delayMs: undefined } as const;
    expect(it.actor.hears(restart)).toEqual([]);
    expect(infoAfter(it, stopped)).toMatchObject({ lastErrorMessage: 'no more', lastError: '' });
  });

  test('why it stopped by itself, whatever was wrong before', () => {
    const it = supervisor();
    infoAfter(it, { type: 'receiver.complained', message: 'a bad line', error: undefined });
    const bySelf: SupervisorMessage = { type: 'receiver.stopped', message: 'enough', error: new Error('of this') };
    expect(infoAfter(it, bySelf)).toMatchObject({ lastErrorMessage: 'enough', lastError: 'of this' });
  });

  test('that onStop failed, whatever was wrong before; and so is the log', () => {
    const it = supervisor();
    it.actor.hears({ type: 'receiver.restart', message: 'no more', error: undefined, delayMs: undefined });
    const failed: SupervisorMessage = { type: 'receiver.stopped', message: 'onStop failed', error: new Error('busy') };
    expect(infoAfter(it, failed)).toMatchObject({ lastErrorMessage: 'onStop failed', lastError: 'busy' });
    expect(it.log).toEqual(['WARN Receiver 3 (Tap) stopped: onStop failed: busy']);
  });
});

test('a restart is announced in the log, with its delay and its reason', () => {
  const { actor, orders, log } = supervisor();
  actor.hears({ type: 'receiver.restart', message: 'no more', error: new Error('reset'), delayMs: undefined });
  orders.scheduled(2300);
  expect(log).toEqual(['WARN Receiver 3 (Tap) starts again in 2300 ms: no more: reset']);
});

test('a receiver that is given up is an error of the program, which names it and its place', () => {
  const { actor, orders } = supervisor();
  const cause = new Error('wrong password');
  actor.tell({ type: 'receiver.failed', message: 'Error starting receiver 3', error: cause, retryable: false });
  actor.takes();
  orders.gaveUp(cause);
  const error = actor.takesOne('error.reported').error as Error;
  expect(error.cause).toBe(cause);
  expect(error.message).toMatchInlineSnapshot(`
    "[RECEIVER.GAVE_UP] The receiver Tap is given up: Error starting receiver 3: wrong password
      why  It was started as often as it may be, or failed in a way that another try cannot mend.
      fix  Mend what it says, then start the program again; firesteel.receiver.restartsMax says how often it may try.
      at   receiverStream (job.ts:7)"
  `);
});
