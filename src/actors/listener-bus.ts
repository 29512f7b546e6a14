import { Emitter } from '../core/emitter.ts';
import type { Logger } from '../core/logger.ts';
import type { StreamingListener } from '../graph/streaming-listener.ts';
import type { Behaviour } from './define-actor.ts';
import type { ListenerFact, ListenerMessage } from './messages.ts';

type Heard = { readonly [F in ListenerFact as F['type']]: F['info'] };

/** Who listens, from before the start to after the stop of a context. */
export class ListenerBus {
  readonly #emitter: Emitter<Heard>;
  readonly #added = new Map<StreamingListener, (() => void)[]>();
  #depth = 0;

  constructor(logger: Logger) {
    this.#emitter = new Emitter<Heard>((error) => logger.error('A streaming listener failed', error));
  }

  /** Whether the calling code is a listener that is being told something. */
  get isSpeaking(): boolean {
    return this.#depth > 0;
  }

  add(listener: StreamingListener): void {
    if (this.#added.has(listener)) return;
    const removals = facts.map((type) =>
      this.#emitter.on(type, (info) => {
        // A listener may be a class whose methods use `this`, and may be given methods later.
        const method = listener[methods[type]] as ((info: unknown) => void) | undefined;
        return method?.call(listener, info);
      }),
    );
    this.#added.set(listener, removals);
  }

  remove(listener: StreamingListener): void {
    for (const removal of this.#added.get(listener) ?? []) removal();
    this.#added.delete(listener);
  }

  /** The actor that tells them. */
  behaviour(): Behaviour<ListenerMessage> {
    const tell = ({ type, info }: ListenerFact): void => {
      this.#depth += 1;
      try {
        this.#emitter.emit(type, info as never);
      } finally {
        this.#depth -= 1;
      }
    };
    return { on: Object.fromEntries(facts.map((type) => [type, tell])) as unknown as Behaviour<ListenerMessage>['on'] };
  }
}

/** The method that hears each fact. */
const methods: { readonly [T in ListenerFact['type']]: keyof StreamingListener } = {
  'streaming.started': 'onStreamingStarted',
  'receiver.up': 'onReceiverStarted',
  'receiver.trouble': 'onReceiverError',
  'receiver.down': 'onReceiverStopped',
  'batch.submitted': 'onBatchSubmitted',
  'batch.started': 'onBatchStarted',
  'batch.completed': 'onBatchCompleted',
  'output.started': 'onOutputOperationStarted',
  'output.completed': 'onOutputOperationCompleted',
  'streaming.stopping': 'onStreamingStopping',
};

const facts = Object.keys(methods) as ListenerFact['type'][];
