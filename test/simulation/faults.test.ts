import { deadLetter, retry, type StreamingContext } from 'firesteel';
import type { Fault, SimulatedWorld } from 'firesteel/testing';
import { simulate } from 'firesteel/testing';
import { expect, test } from 'vitest';

const words = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function writing(_: StreamingContext, world: SimulatedWorld): void {
  world.appending('words', world.asked('words', words));
}

async function seenWith(faults: readonly Fault[], program = writing) {
  const { outputs, ...seen } = await simulate(program, { seed: 1, faults });
  return { ...seen, rows: [...(outputs.get('words')?.values() ?? [])].flat().join('') };
}

test('a process that is killed is followed by another', async () => {
  const kill: Fault = { kind: 'kill', steps: 100, downMs: 2500 };
  expect(await seenWith([kill])).toMatchObject({ lives: 2, met: [kill], rows: 'abcdefgh' });
});

test('a kill that comes too late does not happen', async () => {
  expect(await seenWith([{ kind: 'kill', steps: 100_000, downMs: 0 }])).toMatchObject({ lives: 1, met: [] });
});

test('a machine that loses its power comes again', async () => {
  const loss: Fault = { kind: 'power loss', steps: 60, downMs: 0, chance: 3 };
  expect(await seenWith([loss, loss])).toMatchObject({ lives: 3, met: [loss, loss], rows: 'abcdefgh' });
});

test('a program is stopped, with grace and without, and goes on', async () => {
  for (const isGraceful of [true, false]) {
    for (const isSameProcess of [true, false]) {
      const stop: Fault = { kind: 'stop', isGraceful, afterMs: 3500, downMs: 700, isSameProcess };
      expect(await seenWith([stop, stop])).toMatchObject({ lives: 3, met: [stop, stop], rows: 'abcdefgh' });
    }
  }
});

test('an output that fails is done again by the next process', async () => {
  for (const hasWritten of [true, false]) {
    const failure: Fault = { kind: 'sink fails', call: 3, hasWritten };
    expect(await seenWith([failure])).toMatchObject({ lives: 2, met: [failure], rows: 'abcdefgh' });
  }
});

test('an output that fails once and is tried again needs no other process', async () => {
  const failure: Fault = { kind: 'sink fails', call: 3, hasWritten: false };
  const trying = (_: StreamingContext, world: SimulatedWorld): void => {
    world.idempotent('words', world.asked('words', words), { onFailure: retry(1, '100 ms') });
  };
  expect(await seenWith([failure], trying)).toMatchObject({ lives: 1, met: [failure], rows: 'abcdefgh' });
});

test('a batch that is set aside needs not be written', async () => {
  const failure: Fault = { kind: 'sink fails', call: 3, hasWritten: false };
  let letters = 0;
  const settingAside = (_: StreamingContext, world: SimulatedWorld): void => {
    const aside = deadLetter(() => {
      letters += 1;
    });
    world.idempotent('words', world.asked('words', words), { onFailure: aside });
  };
  expect(await seenWith([failure], settingAside)).toMatchObject({ lives: 1, met: [failure] });
  expect(letters).toBe(1);
});

test('an output that hangs for ever is left behind by a stop, and done again', async () => {
  const hang: Fault = { kind: 'sink hangs', call: 2 };
  expect(await seenWith([hang])).toMatchObject({ lives: 2, met: [hang], rows: 'abcdefgh' });
});

test('an output that hangs for a while holds the program up', async () => {
  const hang: Fault = { kind: 'sink hangs', call: 2, ms: 2500 };
  expect(await seenWith([hang])).toMatchObject({ lives: 1, met: [hang], rows: 'abcdefgh' });
});

test('a storage that fails ends the process, and the next goes on', async () => {
  for (let call = 1; call <= 60; call += 1) {
    const failure: Fault = { kind: 'storage fails', call };
    expect(await seenWith([failure])).toMatchObject({ met: [failure], rows: 'abcdefgh' });
  }
});

test('a function that throws fails its batch, which is done again by the next process', async () => {
  const mapping = (_: StreamingContext, world: SimulatedWorld): void => {
    world.appending('words', world.asked('words', words).map(world.mayThrow((word: string) => word)));
  };
  const failure: Fault = { kind: 'function throws', call: 3 };
  expect(await seenWith([failure], mapping)).toMatchObject({ lives: 2, met: [failure], rows: 'abcdefgh' });
});

test('a clock that jumps makes batches that are missed', async () => {
  const jump: Fault = { kind: 'clock jumps', tick: 2, ms: 4321 };
  expect(await seenWith([jump])).toMatchObject({ lives: 1, met: [jump], rows: 'abcdefgh' });
});

test('a receiver that ends is sent again what was not safe', async () => {
  const receiving = (_: StreamingContext, world: SimulatedWorld): void => {
    world.idempotent('words', world.received('words', words));
  };
  for (const isThrown of [true, false]) {
    const end: Fault = { kind: 'receiver ends', block: 4, isThrown };
    expect(await seenWith([end], receiving)).toMatchObject({ lives: 1, met: [end], rows: 'abcdefgh' });
  }
});

test('a connection that breaks is made again', async () => {
  const reading = (_: StreamingContext, world: SimulatedWorld): void => {
    world.idempotent('words', world.socket('words', words));
  };
  const breaking: Fault = { kind: 'sockets close', tick: 4 };
  expect(await seenWith([breaking], reading)).toMatchObject({ lives: 1, met: [breaking] });
  expect(await seenWith([], reading)).toMatchObject({ rows: 'abcdefgh' });
});
