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
}

/** Where the machine and the model part ways; none, if the laws hold. */
export function violations<M extends Message>(machine: AnyStateMachine, suite: Suite<M>): readonly string[] {
  const found = new Set<string>();
  for (const path of pathsOf(machine, suite)) {
    for (const message of suite.messages) {
      const violation = compare(machine, suite, [...path, message]);
      if (violation !== undefined) found.add(violation);
    }
  }
  return [...found];
}

/** Every simple path, as its messages. */
export function pathsOf<M extends Message>(machine: AnyStateMachine, { messages, input }: Suite<M>): readonly M[][] {
  const paths = getSimplePaths(machine, { events: messages as never, input: input as never });
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

function compare<M extends Message>(
  machine: AnyStateMachine,
  suite: Suite<M>,
  messages: readonly M[],
): string | undefined {
  const model = suite.model();
  let [snapshot, actions] = initialTransition(machine, suite.input);
  if (nameOf(snapshot) !== model.state) return `begins in ${nameOf(snapshot)}, not in ${model.state}`;
  let [given, expected] = [ordersOf(actions, suite), suite.first];
  let way = 'at the beginning';
  for (const message of messages) {
    if (!isSame(given, expected)) return `${way} orders [${given}], not [${expected}]`;
    const from = model.state;
    way = `${from} ${JSON.stringify(message)}`;
    const may = snapshot.can(message);
    if (may !== model.may(message)) return `${way} is ${may ? 'allowed' : 'refused'}`;
    if (!may) return undefined;
    expected = model.take(message);
    [snapshot, actions] = transition(machine, snapshot, message);
    given = ordersOf(actions, suite);
    if (nameOf(snapshot) !== model.state) return `${way} leads to ${nameOf(snapshot)}, not to ${model.state}`;
  }
  return isSame(given, expected) ? undefined : `${way} orders [${given}], not [${expected}]`;
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
export function nameOf(snapshot: AnyMachineSnapshot): string {
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
