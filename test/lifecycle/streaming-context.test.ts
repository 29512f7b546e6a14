import { describe, expect, it } from 'vitest';
import {
  denialOf,
  type StartCommand,
  type StreamingContextCommand,
  type StreamingContextFact,
  type StreamingContextState,
  streamingContextLifecycle,
  streamingContextMachine,
  visibleState,
} from '../../src/lifecycle/streaming-context.ts';
import { guardsOf, type Model, pathsOf, type Suite, statesOf, violation, withGuard } from './laws.ts';

type Message = StreamingContextCommand | StreamingContextFact;

const start: StartCommand = {
  type: 'context.start',
  isSparkContextAlive: true,
  activeElsewhere: undefined,
  outputs: 1,
  mistakes: 0,
};

/** Every mixture of what can stand against a start. */
const starts: readonly StartCommand[] = [true, false].flatMap((isSparkContextAlive) =>
  [undefined, 'other.ts:7'].flatMap((activeElsewhere) =>
    [0, 1, 3].flatMap((outputs) =>
      [0, 1, 2].map((mistakes) => ({ ...start, isSparkContextAlive, activeElsewhere, outputs, mistakes })),
    ),
  ),
);

const commands: readonly StreamingContextCommand[] = [{ type: 'context.define' }, { type: 'context.stop' }, ...starts];
const facts: readonly StreamingContextFact[] = [{ type: 'context.failed' }, { type: 'context.stopped' }];
const states: readonly StreamingContextState[] = ['INITIALIZED', 'ACTIVE', 'STOPPING', 'STOPPED'];

class ContextModel implements Model<Message> {
  state: StreamingContextState = 'INITIALIZED';

  may(message: Message): boolean {
    if (message.type === 'context.define') return this.state === 'INITIALIZED';
    if (message.type === 'context.stop') return this.state === 'INITIALIZED' || this.state === 'ACTIVE';
    if (message.type === 'context.failed') return this.state === 'ACTIVE';
    if (message.type === 'context.stopped') return this.state === 'STOPPING';
    const { isSparkContextAlive, activeElsewhere, outputs, mistakes } = message;
    const isSound = isSparkContextAlive && activeElsewhere === undefined && outputs >= 1 && mistakes === 0;
    return this.state === 'INITIALIZED' && isSound;
  }

  take({ type }: Message): readonly string[] {
    if (type === 'context.define') return [];
    if (type === 'context.start') {
      this.state = 'ACTIVE';
      return ['claimPlace'];
    }
    if (type === 'context.stopped' || this.state === 'INITIALIZED') {
      const held = this.state !== 'INITIALIZED';
      this.state = 'STOPPED';
      return held ? ['releasePlace'] : [];
    }
    this.state = 'STOPPING';
    return [];
  }
}

const suite: Suite<Message> = {
  messages: [...commands, ...facts],
  first: [],
  orders: ['claimPlace', 'releasePlace'],
  model: () => new ContextModel(),
};

describe('the machine of a StreamingContext', () => {
  it('does on every simple path what the model does', () => {
    expect(violation(streamingContextMachine, suite)).toBeUndefined();
  });

  it('is walked through all of its states', () => {
    const ends = pathsOf(streamingContextMachine, suite).map((path) => {
      const model = new ContextModel();
      for (const message of path) model.take(message);
      return model.state;
    });
    expect(new Set(ends)).toEqual(new Set(statesOf(streamingContextMachine)));
  });

  const guards = guardsOf(streamingContextMachine);

  it('has a guard for each thing that can stand against a start', () => {
    expect(guards).toEqual(['sparkContextIsAlive', 'hasFreePlace', 'hasOutputs', 'isWithoutMistakes']);
  });

  it.each(guards)('breaks a law when %s is taken away', (guard) => {
    expect(violation(withGuard(streamingContextMachine, guard, true), suite)).toBeDefined();
  });

  it.each(guards)('breaks a law when %s always refuses', (guard) => {
    expect(violation(withGuard(streamingContextMachine, guard, false), suite)).toBeDefined();
  });
});

describe('the denial of a command', () => {
  const may = (state: StreamingContextState, command: StreamingContextCommand): boolean => {
    const model = new ContextModel();
    model.state = state;
    return model.may(command);
  };

  it('is given exactly when the command may not happen, in every state for every command', () => {
    const parted = states.flatMap((state) =>
      commands.filter((command) => (denialOf(state, command) === undefined) !== may(state, command)),
    );
    expect(parted).toEqual([]);
  });

  it('names what is wrong with a start', () => {
    expect(denialOf('INITIALIZED', { ...start, isSparkContextAlive: false })).toBe('spark-context-stopped');
    expect(denialOf('INITIALIZED', { ...start, activeElsewhere: 'other.ts:7' })).toBe('other-context-active');
    expect(denialOf('INITIALIZED', { ...start, outputs: 0 })).toBe('no-outputs');
    expect(denialOf('INITIALIZED', { ...start, mistakes: 2 })).toBe('mistakes-in-graph');
  });

  it('names the most telling of several reasons', () => {
    const wrong = { ...start, isSparkContextAlive: false, activeElsewhere: 'other.ts:7', outputs: 0, mistakes: 1 };
    expect(denialOf('INITIALIZED', wrong)).toBe('spark-context-stopped');
    expect(denialOf('INITIALIZED', { ...wrong, isSparkContextAlive: true })).toBe('other-context-active');
    expect(denialOf('INITIALIZED', { ...start, outputs: 0, mistakes: 1 })).toBe('no-outputs');
  });

  it('names the state first, whatever else is wrong', () => {
    const denials = (['ACTIVE', 'STOPPING', 'STOPPED'] as const).map((state) => [
      denialOf(state, { type: 'context.define' }),
      denialOf(state, { ...start, outputs: 0 }),
      denialOf(state, { type: 'context.stop' }),
    ]);
    expect(denials).toEqual([
      ['already-active', 'already-active', undefined],
      ['already-stopping', 'already-stopping', 'already-stopping'],
      ['already-stopped', 'already-stopped', 'already-stopped'],
    ]);
  });
});

describe('the life of a StreamingContext', () => {
  function life() {
    const orders: string[] = [];
    const lifecycle = streamingContextLifecycle({
      slots: {
        claimPlace: () => orders.push(`claimPlace in ${lifecycle.state}`),
        releasePlace: () => orders.push(`releasePlace in ${lifecycle.state}`),
      },
      onBug: (bug) => {
        throw bug;
      },
    });
    return { lifecycle, orders };
  }

  it('claims the place when it becomes active and releases it when it has stopped', async () => {
    const { lifecycle, orders } = life();
    const seen = (['context.define', 'context.start', 'context.stop', 'context.stopped'] as const).map((type) => {
      lifecycle.send(type === 'context.start' ? start : { type });
      return [lifecycle.state, visibleState(lifecycle.state), [...orders]];
    });
    expect(seen).toEqual([
      ['INITIALIZED', 'INITIALIZED', []],
      ['ACTIVE', 'ACTIVE', ['claimPlace in ACTIVE']],
      ['STOPPING', 'ACTIVE', ['claimPlace in ACTIVE']],
      ['STOPPED', 'STOPPED', ['claimPlace in ACTIVE', 'releasePlace in STOPPED']],
    ]);
    await lifecycle.whenStopped;
  });

  it('stays INITIALIZED when a start is refused, and may start later', () => {
    const { lifecycle, orders } = life();
    expect(lifecycle.may({ ...start, outputs: 0 })).toBe(false);
    expect([lifecycle.state, orders, lifecycle.may(start)]).toEqual(['INITIALIZED', [], true]);
  });

  it('stops without ever holding the place when it was never started', async () => {
    const { lifecycle, orders } = life();
    lifecycle.send({ type: 'context.stop' });
    await lifecycle.whenStopped;
    expect([lifecycle.state, orders]).toEqual(['STOPPED', []]);
  });

  it('goes the way of a stop when a start fails half-way', () => {
    const { lifecycle, orders } = life();
    lifecycle.send(start);
    lifecycle.send({ type: 'context.failed' });
    expect(lifecycle.state).toBe('STOPPING');
    lifecycle.send({ type: 'context.stopped' });
    expect([lifecycle.state, orders.at(-1)]).toEqual(['STOPPED', 'releasePlace in STOPPED']);
  });
});
