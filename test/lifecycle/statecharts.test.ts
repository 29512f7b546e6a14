import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { and, setup } from 'xstate';
import { mermaidOf } from '../../scripts/mermaid.ts';
import { statechartsPage } from '../../scripts/statecharts.ts';

it('docs/statecharts.md shows the machines as they are (npm run statecharts draws them anew)', () => {
  expect(readFileSync(new URL('../../docs/statecharts.md', import.meta.url), 'utf8')).toBe(statechartsPage());
});

describe('the drawing of a machine', () => {
  it('shows states in states, guards, actions, delays, notes, ends, and what is heard anywhere', () => {
    const lamp = setup({
      guards: { hasPower: () => true, isDark: () => true },
      actions: { shine: () => undefined, dim: () => undefined, note: () => undefined },
      delays: { nightMs: 1 },
    }).createMachine({
      id: 'lamp',
      initial: 'off',
      on: { 'bell.rang': { actions: 'note' } },
      states: {
        off: {
          on: {
            'switch.pressed': [
              { guard: and(['hasPower', 'isDark']), target: 'on', actions: ['note', { type: 'note' }] },
              { target: 'broken' },
            ],
            'door.opened': { guard: 'isDark', actions: 'note' },
          },
        },
        on: {
          entry: 'shine',
          exit: ['dim', 'note'],
          initial: 'bright',
          states: {
            bright: { after: { nightMs: 'low' } },
            low: { entry: 'dim', on: { 'bulb.burst': '#lamp.broken' } },
          },
          after: { 5000: 'off' },
        },
        broken: { type: 'final' },
      },
    });
    expect(mermaidOf(lamp)).toMatchInlineSnapshot(`
      "stateDiagram-v2
        [*] --> off
        off --> on : switch.pressed [hasPower and isDark] / note, note
        off --> broken : switch.pressed
        off --> off : door.opened [isDark] / note
        state "on | enter / shine | leave / dim, note" as on {
          [*] --> bright
          bright --> low : after nightMs
          note right of low
            enter / dim
          end note
        }
        on --> off : after 5000
        low --> broken : bulb.burst
        broken --> [*]
        state "anywhere else" as elsewhere
        elsewhere --> elsewhere : bell.rang / note"
    `);
  });
});
