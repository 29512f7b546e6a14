import { Buffer } from 'node:buffer';
import { previewOf } from '../core/preview.ts';
import type { Engine } from './engine.ts';
import { fusedChain } from './fused-chain.ts';
import { isFoundAsByte, isFoundInBytes, isMultiplied, type Kernel, kernelOf, understoodOf } from './kernel.ts';
import { type Sink, sinkOf, type Terminal } from './loop.ts';
import { meaningOf } from './meaning.ts';
import { type Computation, type Plan, parentsOf, partitionsOf } from './plan.ts';
import type { Label, Step } from './step.ts';

/** Of a plan that only explains: what is computed is known when a batch is planned. */
export const unknownUntilBatch: Computation = {
  compute: () => {
    throw new TypeError('a plan that only explains is never run');
  },
};

/** Rows that run as one loop: from a boundary, through steps, to an end. */
interface Stage {
  readonly boundary: Plan;
  /** Whether the rows of the boundary are kept. */
  readonly isKept: boolean;
  readonly steps: readonly Step[];
  readonly end: End;
}

/** What a stage runs into. */
interface End {
  readonly terminal: Terminal | 'asked' | 'unknown';
  readonly merge: Sink['merge'];
  /** Whose it is; undefined at the end of the plan. */
  readonly label: Label | undefined;
}

/** Which form each stage of a plan gets, and why; the stages in the order in which rows pass them. */
export function explainPlan(plan: Plan, engine: Engine): string {
  const texts = stagesOf(plan)
    .filter(isWorth)
    .map((stage) => [pathOf(stage), ...formsOf(stage, engine).map((form) => `  ${form}`)].join('\n'));
  return texts.length > 0
    ? [...new Set(texts)].join('\n')
    : `${nameOf(plan.label)}\n  no function is called for its rows`;
}

function stagesOf(plan: Plan): readonly Stage[] {
  const stages: Stage[] = [];
  const seen = new Set<Plan>();
  /** @param through a plan whose rows are kept, and which is explained itself */
  const visit = (at: Plan, end: End, through?: Plan): void => {
    for (const index of partitionsOf(at)) {
      const { boundary, steps } = fusedChain(at, index, through);
      const isKept = boundary.cache !== undefined && boundary !== through;
      if (!seen.has(boundary) || boundary === through) {
        seen.add(boundary);
        if (isKept) visit(boundary, rowsOf(boundary.label), boundary);
        else for (const parent of parentsOf(boundary)) visit(parent, endAt(boundary));
      }
      stages.push({ boundary, isKept, steps, end });
    }
  };
  visit(plan, rowsOf(undefined));
  return stages;
}

function rowsOf(label: Label | undefined): End {
  return { terminal: 'push', merge: sinkOf().merge, label };
}

/** How a boundary reads its parents. */
function endAt(boundary: Plan): End {
  const { label } = boundary;
  if (boundary.kind === 'narrow') return { ...rowsOf(label), terminal: 'asked' };
  if (isUnknown(boundary)) return { ...rowsOf(label), terminal: 'unknown' };
  if (boundary.kind !== 'shuffle' || boundary.combine === undefined) return rowsOf(label);
  const { create, mergeValue } = boundary.combine;
  return { terminal: create === undefined ? 'reduce' : 'combine', merge: mergeValue, label };
}

/** Where rows are only handed on, no function is called and nothing is to be told. */
function isWorth({ boundary, steps, end }: Stage): boolean {
  const isConstant = boundary.kind === 'data' && boundary.partitions.flat().some(({ kind }) => kind === 'rows');
  return steps.length > 0 || (end.terminal !== 'push' && !isConstant);
}

function pathOf({ boundary, steps, end }: Stage): string {
  const all = [boundary.label, ...steps.map(({ label }) => label), end.label].filter((label) => label !== undefined);
  const labels = all.filter((label, i) => label !== all[i - 1]);
  const site = labels.at(-1)?.site;
  return `${labels.map(({ name }) => name).join(' → ')}${site === undefined ? '' : ` (${site.toString()})`}`;
}

function formsOf({ boundary, isKept, steps, end }: Stage, engine: Engine): readonly string[] {
  const { terminal, merge } = end;
  const loop = engine.loops.mayGenerate ? 'generated loop' : 'interpreted loop';
  if (isUnknown(boundary)) return [laterBy(boundary.label)];
  if (terminal === 'unknown') return [laterBy(end.label)];
  if (isKept || boundary.kind === 'shuffle' || boundary.kind === 'narrow') {
    return [`${loop}: the rows of \`${boundary.label.name}\` are values`];
  }
  if (terminal === 'asked') return [`${loop}: ${nameOf(end.label)} asks for one row after the other`];
  if (!engine.mayUseKernels) return [`${loop}: firesteel.executor.kernels is false`];
  const kernel = kernelOf(steps, terminal, merge);
  if (kernel === undefined) return [`${loop}: ${doubtOf(steps, end)}`];
  const over = `text: kernel over bytes: ${textOf(kernel)}`;
  if (kernel.ending.kind !== 'loop') return [over, `values: ${loop}`];
  return [`${over}; then ${loop}: ${doubtOf(steps, end)}`, `values: ${loop}`];
}

function isUnknown(boundary: Plan): boolean {
  return boundary.kind === 'computed' && boundary.computation === unknownUntilBatch;
}

function laterBy(label: Label | undefined): string {
  return `known when a batch is planned: ${nameOf(label)} decides then`;
}

function textOf({ parts, separator, ending }: Kernel): string {
  const words: string[] = parts.map((part) => `lines with ${quoted(Buffer.from(part, 'latin1').toString())}`);
  if (separator !== undefined) words.push(`split on ${quoted(String.fromCharCode(separator))}`);
  if (ending.kind === 'countEach') words.push(`pair with ${ending.value}`);
  if (ending.kind === 'count' || ending.kind === 'countUnderNull') words.push('count');
  if (ending.kind === 'countEach') words.push('sum');
  return words.join(', ');
}

/** Why a kernel does no more of the steps than it does. */
function doubtOf(steps: readonly Step[], { terminal, merge, label }: End): string {
  const { rest } = understoodOf(steps);
  const [next] = rest;
  const meaning = next && meaningOf(next.f);
  if (meaning?.kind === 'contains' && !isFoundInBytes(meaning.part)) {
    return `${nameOf(next?.label)} looks for ${quoted(meaning.part)}, which bytes alone do not tell`;
  }
  if (meaning?.kind === 'split' && !isFoundAsByte(meaning.by)) {
    return `${nameOf(next?.label)} splits on ${quoted(meaning.by)}, which is not one character of ASCII`;
  }
  const foreign = rest.find(({ f }) => meaningOf(f) === undefined);
  if (foreign !== undefined) return `${nameOf(foreign.label)} is given a function that is not understood`;
  if (terminal !== 'reduce' && terminal !== 'combine') return 'what comes of it is not counted';
  if (meaningOf(merge)?.kind !== 'sum') return `${nameOf(label)} is given a function that is not understood`;
  if (meaning?.kind === 'pair' && !isMultiplied(meaning.value)) {
    return `${nameOf(next?.label)} pairs with ${previewOf(meaning.value)}, which is no whole number up to a million`;
  }
  return `${nameOf(next?.label ?? label)} stands where no kernel has it`;
}

function nameOf(label: Label | undefined): string {
  const name = `\`${label?.name ?? 'it'}\``;
  return label?.site === undefined ? name : `${name} at ${label.site.toString()}`;
}

function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'").replaceAll('\\"', '"')}'`;
}
