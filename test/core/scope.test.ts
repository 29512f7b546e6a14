import { expect, test } from 'vitest';
import { eventLoopTurn, soon, systemClock } from '../../src/core/clock.ts';
import { currentScope, findScope, runInScope, type Scope } from '../../src/core/scope.ts';

const job: Scope = { kind: 'job', name: 'batch 1000 ms' };
const step: Scope = { kind: 'step', name: 'print', parent: job };
const isJob = (scope: Scope): scope is Scope => scope.kind === 'job';

test('code outside every scope has none', () => {
  expect(currentScope()).toBeUndefined();
  expect(findScope(isJob)).toBeUndefined();
});

test('a scope holds through the awaits of what runs in it, and not beside it', async () => {
  const inside = runInScope(job, async () => {
    await eventLoopTurn();
    return currentScope();
  });
  expect(currentScope()).toBeUndefined();
  expect(await inside).toBe(job);
  expect(currentScope()).toBeUndefined();
});

test('looks for a scope from the inside out', () => {
  expect(runInScope(step, () => findScope(isJob))).toBe(job);
  expect(runInScope(step, () => findScope((scope): scope is Scope => scope.kind === 'none'))).toBeUndefined();
});

test('runs in no scope when told so', () => {
  expect(runInScope(job, () => runInScope(undefined, currentScope))).toBeUndefined();
});

test('calls that come later belong to no scope', async () => {
  const queued = await runInScope(job, () => new Promise((resolve) => soon(() => resolve(currentScope()))));
  const timed = await runInScope(
    job,
    () => new Promise((resolve) => systemClock().at(0, () => resolve(currentScope()))),
  );
  expect([queued, timed]).toEqual([undefined, undefined]);
});
