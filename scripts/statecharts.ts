/** Draws what may happen when: docs/statecharts.md, from the machines themselves. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AnyStateMachine } from 'xstate';
import { restartMachine } from '../src/lifecycle/restart.ts';
import { sparkContextMachine } from '../src/lifecycle/spark-context.ts';
import { streamingContextMachine } from '../src/lifecycle/streaming-context.ts';
import { mermaidOf } from './mermaid.ts';

/** The page, whole. */
export function statechartsPage(): string {
  return [
    '# What may happen when',
    'Three state machines hold the rules of the life of a program; everything else asks them. ' +
      'An arrow reads `message [guards] / actions`. ' +
      'This page is drawn from the machines by `npm run statecharts`, and a test fails when it is not up to date.',
    ...section('The life of a StreamingContext', streamingContextMachine),
    ...section('The life of a SparkContext', sparkContextMachine),
    ...section('The life of a receiver', restartMachine),
  ]
    .join('\n\n')
    .concat('\n');
}

function section(title: string, machine: AnyStateMachine): string[] {
  return [`## ${title}`, machine.root.description ?? '', `\`\`\`mermaid\n${mermaidOf(machine)}\n\`\`\``];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync('docs/statecharts.md', statechartsPage());
