import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { assign, setup } from 'xstate';
import { BugError } from '../../src/core/errors.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';
import { MachineLifecycle } from '../../src/lifecycle/machine-lifecycle.ts';

type Message = { readonly type: 'go.out' | 'go.home' | 'go.away' | 'door.rang' | 'door.broke' };

/** Goes out of the house and comes home, alone after a second; and hears the bell for ever. */
const walkMachine = setup({
  types: {} as { events: Message },
  actions: {
    shut: () => undefined,
    greet: (_, _name: string) => undefined,
    leave: () => undefined,
    hear: () => undefined,
    breakDoor: assign(() => {
      throw new TypeError('the hinge is gone');
    }),
  },
}).createMachine({
  id: 'walk',
  initial: 'HOME',
  on: { 'door.rang': { actions: 'hear' }, 'door.broke': { actions: 'breakDoor' } },
  states: {
    HOME: {
      initial: 'DOWNSTAIRS',
      states: { DOWNSTAIRS: {} },
      on: { 'go.out': 'OUT', 'go.away': 'AWAY' },
    },
    OUT: {
      entry: ['shut', { type: 'greet', params: 'Ada' }],
      on: { 'go.home': 'HOME' },
      after: { 1000: 'HOME' },
    },
    AWAY: { entry: 'leave', type: 'final' },
  },
});

function walk(slots: { shut?: (life: Life) => void; leave?: () => void } = {}) {
  const { clock } = testRuntime();
  const orders: string[] = [];
  const bugs: BugError[] = [];
  const life: Life = new MachineLifecycle({
    machine: walkMachine,
    slots: {
      shut: () => {
        orders.push(`shut in ${life.state}`);
        slots.shut?.(life);
      },
      greet: (name: string) => {
        orders.push(`greet ${name} in ${life.state}`);
      },
      leave: () => {
        orders.push(`leave in ${life.state}`);
        slots.leave?.();
      },
    },
    clock,
    onBug: (bug) => bugs.push(bug),
  });
  return { life, clock, orders, bugs };
}

type Life = MachineLifecycle<'DOWNSTAIRS' | 'OUT' | 'AWAY', Message, object>;

describe('a machine behind its interface', () => {
  it('tells its innermost state', () => {
    const { life } = walk();
    expect(life.state).toBe('DOWNSTAIRS');
    life.send({ type: 'go.out' });
    expect(life.state).toBe('OUT');
  });

  it('tells beforehand what may come', () => {
    const { life } = walk();
    expect([life.may({ type: 'go.out' }), life.may({ type: 'go.home' })]).toEqual([true, false]);
  });

  it('takes a message that may not come for a bug, and stays as it was', () => {
    const { life } = walk();
    expect(() => life.send({ type: 'go.home' })).toThrowErrorMatchingInlineSnapshot(`
      [BugError: [BUG.COMMAND_REFUSED] The walk machine was sent 'go.home' in its state DOWNSTAIRS, where that may not happen.
        why  Whoever sends a command asks first whether it may happen, and tells the program if it may not.
        fix  Please report this with the text above: it is a mistake of firesteel, not of your program.]
    `);
    expect([life.state, life.may({ type: 'go.out' })]).toEqual(['DOWNSTAIRS', true]);
  });

  it('gives orders in the new state, in order, with their values', () => {
    const { life, orders } = walk();
    life.send({ type: 'go.out' });
    expect(orders).toEqual(['shut in OUT', 'greet Ada in OUT']);
  });

  it('waits on the clock it was given', async () => {
    const { life, clock } = walk();
    life.send({ type: 'go.out' });
    await clock.advance(999);
    expect(life.state).toBe('OUT');
    await clock.advance(1);
    expect(life.state).toBe('DOWNSTAIRS');
  });

  it('resolves whenStopped in its last state and refuses all orders from then on', async () => {
    const { life, orders } = walk();
    life.send({ type: 'go.away' });
    await life.whenStopped;
    expect([life.state, orders, life.may({ type: 'go.out' })]).toEqual(['AWAY', ['leave in AWAY'], false]);
    expect(() => life.send({ type: 'go.out' })).toThrowError(BugError);
  });

  it('hears after its end what the machine says it may hear, without a complaint from xstate', async () => {
    const warn = vi.spyOn(console, 'warn');
    onTestFinished(() => warn.mockRestore());
    const { life, bugs } = walk();
    life.send({ type: 'go.away' });
    await life.whenStopped;
    life.send({ type: 'door.rang' });
    expect([life.state, bugs, warn.mock.calls]).toEqual(['AWAY', [], []]);
  });
});

describe('a slot', () => {
  it('may send: its message waits until all orders have returned', () => {
    const { life, orders } = walk({ shut: (self) => self.send({ type: 'go.home' }) });
    life.send({ type: 'go.out' });
    expect([orders, life.state]).toEqual([['shut in OUT', 'greet Ada in OUT'], 'DOWNSTAIRS']);
  });

  it('that sends what may not come has its bug reported', () => {
    const { life, bugs } = walk({
      shut: (self) => {
        self.send({ type: 'go.home' });
        self.send({ type: 'go.home' });
      },
    });
    life.send({ type: 'go.out' });
    expect(bugs.map(({ code }) => code)).toEqual(['BUG.COMMAND_REFUSED']);
    expect(life.state).toBe('DOWNSTAIRS');
  });

  it('that throws has its bug reported with the cause, and the other orders are given', () => {
    const boom = new RangeError('the key is bent');
    const { life, orders, bugs } = walk({
      shut: () => {
        throw boom;
      },
    });
    life.send({ type: 'go.out' });
    expect(bugs.map(({ message }) => message).join()).toMatchInlineSnapshot(`
      "[BUG.MACHINE_BROKE] The walk machine broke in the slot shut: the key is bent
        why  A machine only says what may happen; what goes wrong meanwhile comes back as a message, never as a throw.
        fix  Please report this with the text above: it is a mistake of firesteel, not of your program."
    `);
    expect([bugs[0]?.cause, orders.at(-1), life.may({ type: 'go.home' })]).toEqual([boom, 'greet Ada in OUT', true]);
  });

  it('is called for a delay that is over as for a message', async () => {
    const { life, clock, orders } = walk();
    life.send({ type: 'go.out' });
    await clock.advance(1_000);
    life.send({ type: 'go.out' });
    expect(orders).toHaveLength(4);
  });
});

describe('a machine that breaks', () => {
  it('reports the bug, lets nobody wait for ever, and takes nothing more', async () => {
    const { life, bugs } = walk();
    life.send({ type: 'door.broke' });
    await life.whenStopped;
    expect(bugs.map(({ message }) => message).join()).toMatchInlineSnapshot(`
      "[BUG.MACHINE_BROKE] The walk machine broke in its own logic: the hinge is gone
        why  A machine only says what may happen; what goes wrong meanwhile comes back as a message, never as a throw.
        fix  Please report this with the text above: it is a mistake of firesteel, not of your program."
    `);
    expect([life.state, life.may({ type: 'go.out' })]).toEqual(['DOWNSTAIRS', false]);
    expect(() => life.send({ type: 'go.out' })).toThrowError(BugError);
  });
});
