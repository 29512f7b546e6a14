import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bus, type BusOptions, type Message } from '../../src/core/bus.ts';
import { BugError } from '../../src/core/errors.ts';
import { seededRandom } from '../../src/core/random.ts';

interface Desk {
  readonly bus: Bus;
  /** What arrived, in order: `from→to text`. */
  readonly arrived: string[];
  readonly bugs: unknown[];
  /** Lets all that was put on its way arrive. */
  deliver(): void;
  /** How often the bus asked to be called soon. */
  readonly asked: () => number;
}

/** A bus that delivers when the test says so. */
function desk(options: Partial<BusOptions> = {}): Desk {
  const calls: (() => void)[] = [];
  const bugs: unknown[] = [];
  let asked = 0;
  const soon = (f: () => void): void => {
    asked += 1;
    calls.push(f);
  };
  const bus = new Bus({ soon, choose: () => 0, onBug: (error) => bugs.push(error), ...options });
  const arrived: string[] = [];
  for (const to of ['a', 'b', 'c']) {
    bus.register(to, (message, from) => void arrived.push(`${from}→${to} ${message.type}`));
  }
  const deliver = (): void => {
    for (let call = calls.shift(); call !== undefined; call = calls.shift()) call();
  };
  return { bus, arrived, bugs, deliver, asked: () => asked };
}

const message = (type: string): Message => ({ type });

describe('a message', () => {
  test('arrives after the code that posts it has returned, with its sender', () => {
    const { bus, arrived, deliver } = desk();
    bus.post('a', 'b', message('one'));
    expect(arrived).toEqual([]);
    deliver();
    expect(arrived).toEqual(['a→b one']);
  });

  test('is the very object that was posted', () => {
    const { bus, deliver } = desk();
    const posted = message('one');
    const got: Message[] = [];
    bus.register('d', (each) => void got.push(each));
    bus.post('a', 'd', posted);
    deliver();
    expect(got[0]).toBe(posted);
  });

  test('that is posted while another arrives waits its turn behind those that wait already', () => {
    const { bus, arrived, deliver, asked } = desk();
    bus.register('d', () => bus.post('d', 'a', message('answer')));
    bus.post('a', 'd', message('question'));
    bus.post('a', 'b', message('next'));
    deliver();
    expect(arrived).toEqual(['a→b next', 'd→a answer']);
    expect(asked()).toBe(1);
  });

  test('that comes after all have arrived is delivered too', () => {
    const { bus, arrived, deliver, asked } = desk();
    for (const type of ['one', 'two']) {
      bus.post('a', 'b', message(type));
      deliver();
    }
    expect(arrived).toEqual(['a→b one', 'a→b two']);
    expect(asked()).toBe(2);
  });
});

test('a chain of a hundred thousand receivers needs no deeper stack than one', () => {
  const { bus, deliver, bugs } = desk();
  let last = 0;
  const links = 100_000;
  for (let i = 0; i < links; i += 1) {
    bus.register(`link ${i}`, () => {
      last = i;
      if (i + 1 < links) bus.post(`link ${i}`, `link ${i + 1}`, message('on'));
    });
  }
  bus.post('a', 'link 0', message('on'));
  deliver();
  expect([last, bugs]).toEqual([links - 1, []]);
});

test('messages stay in order across many more than are let go at a time', () => {
  const { bus, deliver } = desk();
  const got: string[] = [];
  bus.register('d', ({ type }) => {
    got.push(type);
    if (got.length <= 3000) bus.post('d', 'd', message(`again ${type}`));
  });
  const sent = Array.from({ length: 5000 }, (_, i) => `${i}`);
  for (const type of sent) bus.post('a', 'd', message(type));
  deliver();
  expect(got).toEqual([...sent, ...sent.slice(0, 3000).map((type) => `again ${type}`)]);
});

describe('interleavings', () => {
  const pair = fc.record({ from: fc.constantFrom('x', 'y', 'z'), to: fc.constantFrom('a', 'b', 'c') });
  const posts = fc.array(pair, { maxLength: 60 });

  function order(pairs: readonly { from: string; to: string }[], choose: (n: number) => number): readonly string[] {
    const { bus, arrived, deliver, bugs } = desk({ choose });
    for (const [i, { from, to }] of pairs.entries()) bus.post(from, to, message(String(i)));
    deliver();
    expect(bugs).toEqual([]);
    return arrived;
  }

  const seeded = (seed: number) => {
    const random = seededRandom(seed);
    return (n: number): number => random.below(n);
  };

  test('without chance messages arrive first in, first out', () => {
    fc.assert(
      fc.property(posts, (pairs) => {
        expect(order(pairs, () => 0)).toEqual(pairs.map(({ from, to }, i) => `${from}→${to} ${i}`));
      }),
    );
  });

  test('whatever chance says, each message arrives once, and those of one pair in order', () => {
    fc.assert(
      fc.property(posts, fc.nat(), (pairs, seed) => {
        const arrived = order(pairs, seeded(seed));
        expect([...arrived].sort()).toEqual(pairs.map(({ from, to }, i) => `${from}→${to} ${i}`).sort());
        for (const { from, to } of pairs) {
          const numbers = arrived
            .filter((line) => line.startsWith(`${from}→${to} `))
            .map((line) => Number(line.slice(4)));
          expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
        }
      }),
    );
  });

  test('equal seeds give equal orders', () => {
    fc.assert(
      fc.property(posts, fc.nat(), (pairs, seed) => {
        expect(order(pairs, seeded(seed))).toEqual(order(pairs, seeded(seed)));
      }),
    );
  });

  test('messages of different pairs overtake each other, in any way there is', () => {
    const pairs = ['a', 'b', 'c'].map((to) => ({ from: 'x', to }));
    const orders = new Set(Array.from({ length: 200 }, (_, seed) => order(pairs, seeded(seed)).join()));
    expect(orders.size).toBe(6);
  });
});

describe('an address', () => {
  test('that was never registered is a mistake of ours, and the messages behind it arrive', () => {
    const { bus, arrived, bugs, deliver } = desk();
    bus.post('a', 'nobody', message('hello'));
    bus.post('a', 'b', message('next'));
    deliver();
    expect(arrived).toEqual(['a→b next']);
    expect(bugs).toHaveLength(1);
    expect((bugs[0] as Error).message).toMatchInlineSnapshot(`
      "[BUG.ASSERTION] An invariant does not hold: somebody is at nobody when hello arrives.
        why  Firesteel checks itself while it runs and has found itself wrong.
        fix  Please report this with the text above: it is a mistake of firesteel, not of your program."
    `);
  });

  test('that is gone drops its messages in silence, those under way too', () => {
    const { bus, arrived, bugs, deliver } = desk();
    bus.post('a', 'b', message('under way'));
    bus.unregister('b');
    bus.post('a', 'b', message('too late'));
    deliver();
    expect([arrived, bugs]).toEqual([[], []]);
  });

  test('is registered once at a time', () => {
    const { bus, arrived, deliver } = desk();
    const again = (): void => bus.register('b', () => void arrived.push('again'));
    expect(again).toThrow(BugError);
    bus.unregister('b');
    again();
    bus.post('a', 'b', message('hello'));
    deliver();
    expect(arrived).toEqual(['again']);
  });
});

test('a receiver that throws is a mistake of ours, and the messages behind it arrive', () => {
  const { bus, arrived, bugs, deliver } = desk();
  const error = new Error('broken');
  bus.register('d', () => {
    throw error;
  });
  bus.post('a', 'd', message('hello'));
  bus.post('a', 'b', message('next'));
  deliver();
  expect([arrived, bugs]).toEqual([['a→b next'], [error]]);
});

test('a bus on which a million messages wait takes no more, until they have arrived', () => {
  const { bus, deliver, arrived } = desk();
  const types = new Map<string, number>();
  bus.register('d', ({ type }) => void types.set(type, (types.get(type) ?? 0) + 1));
  const flood = message('flood');
  for (let i = 0; i < 1_000_000; i += 1) bus.post('a', 'd', flood);
  let refusal: unknown;
  try {
    bus.post('a', 'd', message('one too many'));
  } catch (error) {
    refusal = error;
  }
  expect((refusal as Error).message).toMatchInlineSnapshot(`
    "[BUG.BUS_FULL] 1000000 messages wait on the bus; 'one too many' from a to d finds no place.
      why  The queues behind the bus are bounded, so that so many messages mean that somebody posts without end.
      fix  Please report this with the text above: it is a mistake of firesteel, not of your program."
  `);
  deliver();
  expect([...types]).toEqual([['flood', 1_000_000]]);
  bus.post('a', 'b', message('room again'));
  deliver();
  expect(arrived).toEqual(['a→b room again']);
});

test('what has arrived takes no place', () => {
  const { bus, deliver, bugs } = desk();
  let arrived = 0;
  bus.register('d', ({ type }) => {
    arrived += 1;
    if (arrived === 500_000) for (let i = 0; i < 800_000; i += 1) bus.post('d', 'd', message(type));
  });
  const flood = message('flood');
  for (let i = 0; i < 600_000; i += 1) bus.post('a', 'd', flood);
  deliver();
  expect([arrived, bugs]).toEqual([1_400_000, []]);
});

describe('a watcher', () => {
  test('sees each message before it is delivered, until it looks away', () => {
    const { bus, arrived, deliver } = desk();
    const seen: string[] = [];
    const end = bus.watch(
      ({ from, to, message: { type } }) => void seen.push(`${from}→${to} ${type}, ${arrived.length}`),
    );
    bus.post('a', 'b', message('one'));
    deliver();
    end();
    bus.post('a', 'b', message('two'));
    deliver();
    expect(seen).toEqual(['a→b one, 0']);
  });

  test('does not see what is lost, nor does anybody', () => {
    const { bus, arrived, bugs, deliver } = desk({ isLost: ({ to }) => to !== 'b' });
    const seen: string[] = [];
    bus.watch((posted) => void seen.push(posted.to));
    for (const to of ['a', 'b', 'nobody']) bus.post('c', to, message('hello'));
    deliver();
    expect([arrived, seen, bugs]).toEqual([['c→b hello'], ['b'], []]);
  });
});

describe('what comes after all', () => {
  test('comes when nothing is on its way any more, not even what is posted meanwhile', () => {
    const { bus, arrived, deliver } = desk();
    bus.register('d', () => {
      bus.afterAll(() => arrived.push('after all'));
      bus.post('d', 'b', message('two'));
    });
    bus.post('a', 'd', message('go'));
    bus.post('a', 'b', message('one'));
    deliver();
    bus.post('a', 'b', message('three'));
    deliver();
    expect(arrived).toEqual(['a→b one', 'd→b two', 'after all', 'a→b three']);
  });

  test('is a bug when it throws, and the bus goes on', () => {
    const { bus, arrived, bugs, deliver } = desk();
    const bug = new Error('no');
    bus.register('d', () =>
      bus.afterAll(() => {
        throw bug;
      }),
    );
    bus.post('a', 'd', message('go'));
    deliver();
    bus.post('a', 'b', message('one'));
    deliver();
    expect([arrived, bugs]).toEqual([['a→b one'], [bug]]);
  });
});
