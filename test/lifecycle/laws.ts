/**
 * The laws every machine of src/lifecycle obeys, checked against a model written by hand.
 *
 * xstate finds all simple paths through the machine; on each of them, and after each of them for every message there
 * is, the machine and the model have to agree on three things: whether the message may come, where it leads, and which
 * orders follow. Nothing here runs an actor, so that a machine with one guard taken away can be judged as well.
 */
import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, type StateNode, transition } from 'xstate';
import { getSimplePaths } from 'xstate/graph';

export interface Message {
  readonly type: string;
}

/** What a machine ought to do, in the plainest words. */
export interface Model<M extends Message> {
  readonly state: string;
  may(message: M): boolean;
  /** Takes a message that may come; tells the orders that follow, as `name` or `name(value)`. */
  take(message: M): readonly string[];
}

export interface Suite<M extends Message> {
  readonly messages: readonly M[];
  /** The orders that follow from the beginning. */
  readonly first: readonly string[];
  /** All the orders there are; other actions keep the machine's own books. */
  readonly orders: readonly string[];
  readonly model: () => Model<M>;
  readonly input?: unknown;
  /** Which snapshots count as the same place on a path; value and context tell unless given. */
  readonly place?: (snapshot: AnyMachineSnapshot) => string;
}

/** Where the machine and the model part ways first; undefined, if the laws hold. */
export function violation<M extends Message>(machine: AnyStateMachine, suite: Suite<M>): string | undefined {
  for (const path of pathsOf(machine, suite)) {
    const end = walk(machine, suite, path);
    if (typeof end === 'string') return end;
    for (const message of suite.messages) {
      const next = step(machine, suite, end, message);
      if (typeof next === 'string') return next;
    }
  }
  return undefined;
}

/** Every simple path, as its messages. */
export function pathsOf<M extends Message>(machine: AnyStateMachine, suite: Suite<M>): readonly M[][] {
  const paths = getSimplePaths(machine, {
    events: suite.messages as never,
    input: suite.input as never,
    ...(suite.place === undefined ? {} : { serializeState: suite.place }),
  });
  return paths.map(({ steps }) => steps.map(({ event }) => event as M).filter(({ type }) => type !== 'xstate.init'));
}

/** The names of all guards on any transition, those inside `and` too. */
export function guardsOf(machine: AnyStateMachine): readonly string[] {
  const names = nodesOf(machine.root).flatMap((node) => [...node.transitions.values()].flat().flatMap(guardNames));
  return [...new Set(names)];
}

/** The innermost states, by name. */
export function statesOf(machine: AnyStateMachine): readonly string[] {
  return nodesOf(machine.root)
    .filter(({ states }) => Object.keys(states).length === 0)
    .map(({ key }) => key);
}

/** The machine with one guard that always answers the same. */
export function withGuard(machine: AnyStateMachine, name: string, answer: boolean): AnyStateMachine {
  return machine.provide({ guards: { [name]: () => answer } });
}

/** Where a walk has come to, and how. */
interface Place<M extends Message> {
  readonly snapshot: AnyMachineSnapshot;
  readonly path: readonly M[];
}

/** Takes the path from its beginning; tells where it and the model part ways, if they do. */
function walk<M extends Message>(machine: AnyStateMachine, suite: Suite<M>, path: readonly M[]): Place<M> | string {
  const [snapshot, actions] = initialTransition(machine, suite.input);
  if (nameOf(snapshot) !== suite.model().state) return `begins in ${nameOf(snapshot)}`;
  if (!isSame(ordersOf(actions, suite), suite.first)) return `begins with [${ordersOf(actions, suite)}]`;
  let place: Place<M> = { snapshot, path: [] };
  for (const message of path) {
    const next = step(machine, suite, place, message);
    if (next === undefined) return `a path leads through ${message.type}, which is refused`;
    if (typeof next === 'string') return next;
    place = next;
  }
  return place;
}

/** Takes one message, if it may come, and tells where the machine and the model part ways, if they do. */
function step<M extends Message>(
  machine: AnyStateMachine,
  suite: Suite<M>,
  { snapshot, path }: Place<M>,
  message: M,
): Place<M> | string | undefined {
  const model = suite.model();
  for (const earlier of path) model.take(earlier);
  const way = `${model.state} ${JSON.stringify(message)}`;
  const may = snapshot.can(message);
  if (may !== model.may(message)) return `${way} is ${may ? 'allowed' : 'refused'}`;
  if (!may) return undefined;
  const [next, actions] = transition(machine, snapshot, message);
  const [given, expected] = [ordersOf(actions, suite), model.take(message)];
  if (nameOf(next) !== model.state) return `${way} leads to ${nameOf(next)}, not to ${model.state}`;
  if (!isSame(given, expected)) return `${way} orders [${given}], not [${expected}]`;
  return { snapshot: next, path: [...path, message] };
}

function ordersOf<M extends Message>(
  actions: readonly { readonly type: string; readonly params: unknown }[],
  { orders }: Suite<M>,
): readonly string[] {
  return actions
    .filter(({ type }) => orders.includes(type))
    .map(({ type, params }) => (params === undefined ? type : `${type}(${params})`));
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((order, i) => order === b[i]);
}

/** The innermost state of a snapshot. */
function nameOf(snapshot: AnyMachineSnapshot): string {
  let value: unknown = snapshot.value;
  while (typeof value === 'object' && value !== null) value = Object.values(value)[0];
  return String(value);
}

// biome-ignore lint/suspicious/noExplicitAny: a node of any machine
type AnyNode = StateNode<any, any, any, any>;

function nodesOf(node: AnyNode): AnyNode[] {
  return [node, ...Object.values(node.states).flatMap((child) => nodesOf(child as AnyNode))];
}

function guardNames({ guard }: { readonly guard?: unknown }): readonly string[] {
  if (typeof guard === 'string') return [guard];
  if (typeof guard === 'function' && 'guards' in guard) {
    return (guard.guards as readonly unknown[]).flatMap((inner) => guardNames({ guard: inner }));
  }
  if (typeof guard === 'object' && guard !== null && 'type' in guard) return [String(guard.type)];
  if (guard === undefined) return [];
  throw new Error('a guard has no name');
}
