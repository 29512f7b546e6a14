import type { Address } from '../core/bus.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf, SourceError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { ReceiverInfo } from '../graph/streaming-listener.ts';
import { type Behaviour, contextAddress, type Post } from './define-actor.ts';
import type { SupervisorMessage } from './messages.ts';

/** What the machine hears. */
type LifeMessage = Exclude<SupervisorMessage, { type: 'receiver.complained' }>;

/** What decides when a receiver is started again; the context fills it with its restart machine. */
interface RestartLife {
  readonly state: string;
  send(message: LifeMessage): void;
}

/** What the restart machine orders. */
interface RestartOrders {
  start(): void;
  stop(): void;
  /** There will be no further run. */
  gaveUp(error: unknown): void;
  /** The next run begins in so many milliseconds. */
  scheduled(delayMs: number): void;
}

/** What a supervisor is made of. */
export interface SupervisorOptions {
  readonly streamId: number;
  readonly name: string;
  /** Where the program made the stream. */
  readonly site: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly receiver: Address;
  readonly listeners: Address;
  /** Makes the machine that decides. */
  readonly restarts: (orders: RestartOrders) => RestartLife;
}

/** Starts a receiver, starts it again when it ends, and tells the listeners how it is. */
export function receiverSupervisor(options: SupervisorOptions, post: Post): Behaviour<SupervisorMessage> {
  const { receiver, listeners, streamId, name, logger } = options;
  let last: Pick<ReceiverInfo, 'lastErrorMessage' | 'lastError' | 'lastErrorTimeMs'> = noError;
  let isActive = false;
  let isClosed = false;

  const info = (): ReceiverInfo => ({ streamId, name, isActive, ...last });
  const note = (message: string, error: unknown): void => {
    const lastError = error === undefined ? '' : messageOf(error);
    last = { lastErrorMessage: message, lastError, lastErrorTimeMs: options.clock.now() };
  };

  const life = options.restarts({
    start: () => post(receiver, { type: 'receiver.start' }),
    stop: () => post(receiver, { type: 'receiver.stop' }),
    scheduled: (delayMs) =>
      logger.warn(`Receiver ${streamId} (${name}) starts again in ${delayMs} ms: ${textOf(last)}`),
    gaveUp: (cause) => {
      const facts = { receiver: name, message: textOf(last) };
      const error = new SourceError('RECEIVER.GAVE_UP', facts, { at: [options.site], cause });
      logger.error(`Receiver ${streamId} (${name}) is given up`, error);
      post(contextAddress, { type: 'error.reported', error });
    },
  });

  const send = (message: LifeMessage): void => {
    life.send(message);
    if (life.state !== 'stopped' || isClosed) return;
    isClosed = true;
    post(receiver, { type: 'receiver.close' });
  };

  return {
    on: {
      // A stop may have overtaken it.
      'receiver.start': (message) => {
        if (!isClosed) send(message);
      },
      'receiver.stop': send,
      'receiver.started': (message) => {
        isActive = true;
        post(listeners, { type: 'receiver.up', info: info() });
        send(message);
      },
      'receiver.failed': (message) => {
        note(message.message, message.error);
        logger.warn(`Receiver ${streamId} (${name}) failed: ${textOf(last)}`);
        post(listeners, { type: 'receiver.trouble', info: info() });
        send(message);
      },
      'receiver.complained': ({ message, error }) => {
        note(message, error);
        logger.warn(`Receiver ${streamId} (${name}) reports: ${textOf(last)}`);
        post(listeners, { type: 'receiver.trouble', info: info() });
      },
      'receiver.restart': (message) => {
        note(message.message, message.error);
        send(message);
      },
      'receiver.stopped': (message) => {
        isActive = false;
        if (message.error !== undefined || last === noError) note(message.message, message.error);
        if (message.error !== undefined) logger.warn(`Receiver ${streamId} (${name}) stopped: ${textOf(last)}`);
        post(listeners, { type: 'receiver.down', info: info() });
        send(message);
      },
    },
  };
}

const noError = { lastErrorMessage: '', lastError: '', lastErrorTimeMs: undefined };

function textOf({ lastErrorMessage, lastError }: Pick<ReceiverInfo, 'lastErrorMessage' | 'lastError'>): string {
  return lastError === '' ? lastErrorMessage : `${lastErrorMessage}: ${lastError}`;
}
