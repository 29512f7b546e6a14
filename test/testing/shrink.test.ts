import { expect, test } from 'vitest';
import { drawFaults } from '../../src/testing/simulation/draw-faults.ts';
import type { Fault } from '../../src/testing/simulation/fault.ts';
import { shrinkFaults } from '../../src/testing/simulation/shrink.ts';

const kill: Fault = { kind: 'kill', steps: 700, downMs: 1200 };
const jump: Fault = { kind: 'clock jumps', tick: 3, ms: 4000 };
const failure: Fault = { kind: 'sink fails', call: 9, hasWritten: true };

test('leaves the faults that are needed, with the smallest numbers that do', async () => {
  const fails = async (faults: readonly Fault[]): Promise<boolean> =>
    faults.some((fault) => fault.kind === 'kill' && fault.steps >= 123) &&
    faults.some(({ kind }) => kind === 'sink fails');
  expect(await shrinkFaults([jump, kill, jump, failure], 300, fails)).toEqual([
    { kind: 'kill', steps: 123, downMs: 0 },
    { kind: 'sink fails', call: 1, hasWritten: true },
  ]);
});

test('leaves nothing where it fails without any fault', async () => {
  expect(await shrinkFaults([jump, kill], 300, async () => true)).toEqual([]);
});

test('runs no more often than it may', async () => {
  let runs = 0;
  const fails = async (): Promise<boolean> => {
    runs += 1;
    return false;
  };
  expect(await shrinkFaults([kill, jump], 5, fails)).toEqual([kill, jump]);
  expect(runs).toBe(5);
});

test('faults are those of the seed, and of another seed others', () => {
  const reach = { batchMs: 1000, batches: 8 };
  expect(drawFaults(3, reach)).toEqual(drawFaults(3, reach));
  expect(drawFaults(3, reach)).not.toEqual(drawFaults(4, reach));
});
