import { describe, expect, it } from 'vitest';
import {
  type SparkContextCommand,
  type SparkContextState,
  sparkContextLifecycle,
  sparkContextMachine,
} from '../../src/lifecycle/spark-context.ts';
import { guardsOf, type Model, pathsOf, type Suite, statesOf, violation, withGuard } from './laws.ts';

class SparkModel implements Model<SparkContextCommand> {
  isStopping = false;
  isStopped = false;
  served: string | undefined;

  get state(): SparkContextState {
    if (this.isStopped) return 'STOPPED';
    if (this.served === undefined) return 'IDLE';
    return this.isStopping ? 'STOPPING' : 'SERVING';
  }

  may(command: SparkContextCommand): boolean {
    if (this.isStopped) return false;
    if (command.type === 'streaming.attach') return this.served === undefined;
    if (command.type === 'streaming.detach') return this.served === command.id;
    return !this.isStopping;
  }

  take(command: SparkContextCommand): readonly string[] {
    if (command.type === 'streaming.attach') {
      this.served = command.id;
      return [];
    }
    if (command.type === 'streaming.detach') this.served = undefined;
    else this.isStopping = true;
    if (!this.isStopping) return [];
    if (this.served !== undefined) return [`stopStreaming(${this.served})`];
    this.isStopped = true;
    return ['releasePlace'];
  }
}

const suite: Suite<SparkContextCommand> = {
  messages: [
    { type: 'streaming.attach', id: 'a' },
    { type: 'streaming.attach', id: 'b' },
    { type: 'streaming.detach', id: 'a' },
    { type: 'streaming.detach', id: 'b' },
    { type: 'context.stop' },
  ],
  first: ['claimPlace'],
  orders: ['claimPlace', 'releasePlace', 'stopStreaming'],
  model: () => new SparkModel(),
};

describe('the machine of a SparkContext', () => {
  it('does on every simple path what the model does', () => {
    expect(violation(sparkContextMachine, suite)).toBeUndefined();
  });

  it('is walked through all of its states', () => {
    const ends = pathsOf(sparkContextMachine, suite).map((path) => {
      const model = new SparkModel();
      for (const message of path) model.take(message);
      return model.state;
    });
    expect(new Set(ends)).toEqual(new Set(statesOf(sparkContextMachine)));
  });

  const guards = guardsOf(sparkContextMachine);

  it('lets go only of the streaming context that it serves', () => {
    expect(guards).toEqual(['isTheAttached']);
  });

  it.each(guards)('breaks a law when %s is taken away', (guard) => {
    expect(violation(withGuard(sparkContextMachine, guard, true), suite)).toBeDefined();
  });

  it.each(guards)('breaks a law when %s always refuses', (guard) => {
    expect(violation(withGuard(sparkContextMachine, guard, false), suite)).toBeDefined();
  });
});

describe('the life of a SparkContext', () => {
  function life() {
    const orders: string[] = [];
    const lifecycle = sparkContextLifecycle({
      slots: {
        claimPlace: () => orders.push('claimPlace'),
        releasePlace: () => orders.push('releasePlace'),
        stopStreaming: (id) => orders.push(`stopStreaming ${id}`),
      },
      onBug: (bug) => {
        throw bug;
      },
    });
    return { lifecycle, orders };
  }

  it('holds the place from the beginning until it has stopped', async () => {
    const { lifecycle, orders } = life();
    expect(orders).toEqual(['claimPlace']);
    lifecycle.send({ type: 'context.stop' });
    await lifecycle.whenStopped;
    expect(orders).toEqual(['claimPlace', 'releasePlace']);
  });

  it('serves one streaming context after the other, never two', () => {
    const { lifecycle } = life();
    lifecycle.send({ type: 'streaming.attach', id: 'a' });
    expect(lifecycle.may({ type: 'streaming.attach', id: 'b' })).toBe(false);
    lifecycle.send({ type: 'streaming.detach', id: 'a' });
    lifecycle.send({ type: 'streaming.attach', id: 'b' });
    expect(lifecycle.state).toBe('SERVING');
  });

  it('stops the streaming context first, and itself when that has let go', async () => {
    const { lifecycle, orders } = life();
    lifecycle.send({ type: 'streaming.attach', id: 'a' });
    lifecycle.send({ type: 'context.stop' });
    expect([lifecycle.state, orders]).toEqual(['STOPPING', ['claimPlace', 'stopStreaming a']]);
    lifecycle.send({ type: 'streaming.detach', id: 'a' });
    await lifecycle.whenStopped;
    expect([lifecycle.state, orders.at(-1)]).toEqual(['STOPPED', 'releasePlace']);
  });
});
