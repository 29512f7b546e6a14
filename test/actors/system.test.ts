import { expect, test } from 'vitest';
import { fromCallback } from 'xstate';
import type { ActorDefinition } from '../../src/actors/define-actor.ts';
import { startActors } from '../../src/actors/system.ts';

const noting = (calls: string[], id: string): ActorDefinition => ({
  id,
  logic: fromCallback(() => {
    calls.push(`${id} starts`);
    return () => void calls.push(`${id} stops`);
  }),
});

test('starts its actors in the order given, at once, and stops all of them', () => {
  const calls: string[] = [];
  const system = startActors(
    ['a', 'b', 'c'].map((id) => noting(calls, id)),
    (bug) => calls.push(String(bug)),
  );
  expect(calls).toEqual(['a starts', 'b starts', 'c starts']);
  system.stop();
  expect(calls.slice(3).sort()).toEqual(['a stops', 'b stops', 'c stops']);
  system.stop();
  expect(calls).toHaveLength(6);
});

test('an actor that cannot be made is told, and does not end the process', () => {
  const calls: string[] = [];
  const broken: ActorDefinition = {
    id: 'broken',
    logic: fromCallback(() => {
      throw new Error('no spring');
    }),
  };
  startActors([noting(calls, 'a'), broken], (bug) => calls.push(String(bug)));
  expect(calls).toEqual(['a starts', 'a stops', 'Error: no spring']);
});
