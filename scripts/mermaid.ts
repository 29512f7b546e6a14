import type { AnyStateMachine } from 'xstate';

/**
 * Draws a machine as a Mermaid state diagram, from its definition alone.
 *
 * An arrow reads `message [guards] / actions`; where several leave a state by the same message, the first whose guards
 * hold is taken. What a state does when it is entered and left stands beside it, and what the machine hears in every
 * state that does not say otherwise stands at a place called anywhere else.
 */
export function mermaidOf({ root }: AnyStateMachine): string {
  const elsewhere = transitionsOf(root).map((transition) => arrow('elsewhere', transition));
  if (elsewhere.length > 0) elsewhere.unshift('state "anywhere else" as elsewhere');
  return ['stateDiagram-v2', ...indented([...inside(root), ...elsewhere])].join('\n');
}

type Node = AnyStateMachine['root'];
type Transition = ReturnType<Node['transitions']['get']> extends readonly (infer T)[] | undefined ? T : never;

/** The states inside a node, with all arrows that stay inside it. */
function inside(parent: Node): string[] {
  const children = Object.values<Node>(parent.states);
  const first = parent.initial.target[0];
  return [...(first === undefined ? [] : [`[*] --> ${first.key}`]), ...children.flatMap(drawn)];
}

function drawn(node: Node): string[] {
  return [
    ...itself(node),
    ...[node, ...descendantsOf(node)].flatMap((from) => arrowsIn(node.parent, from)),
    ...(node.type === 'final' ? [`${node.key} --> [*]`] : []),
  ];
}

/** A state with what it does by itself: told in a note, or in the title of a state with others inside. */
function itself(node: Node): string[] {
  const { key, entry, exit } = node;
  const enter = entry.flatMap(namesOf).join(', ');
  const leave = exit.flatMap(namesOf).join(', ');
  const does = [...(enter === '' ? [] : [`enter / ${enter}`]), ...(leave === '' ? [] : [`leave / ${leave}`])];
  if (Object.keys(node.states).length > 0) {
    return [`state "${[key, ...does].join(' | ')}" as ${key} {`, ...indented(inside(node)), '}'];
  }
  return does.length === 0 ? [] : [`note right of ${key}`, ...indented(does), 'end note'];
}

/** The arrows that leave a state and have to be drawn in this frame: Mermaid puts a state where it is first named. */
function arrowsIn(frame: Node | undefined, from: Node): string[] {
  return transitionsOf(from)
    .filter(({ target }) => frameOf(from, target?.[0] ?? from) === frame)
    .map((transition) => arrow(from.key, transition));
}

/** The innermost node around both. */
function frameOf(from: Node, to: Node): Node | undefined {
  let frame = from.parent;
  while (frame !== undefined && !descendantsOf(frame).includes(to)) frame = frame.parent;
  return frame;
}

function descendantsOf(node: Node): Node[] {
  return Object.values<Node>(node.states).flatMap((child) => [child, ...descendantsOf(child)]);
}

function transitionsOf(node: Node): Transition[] {
  return [...node.transitions.values()].flat();
}

function arrow(from: string, transition: Transition): string {
  const to = transition.target?.[0]?.key ?? from;
  const delay = /^xstate\.after\.([^.]+)\./.exec(transition.eventType)?.[1];
  const words = [delay === undefined ? transition.eventType : `after ${delay}`];
  const guards = namesOf(transition.guard);
  if (guards.length > 0) words.push(`[${guards.join(' and ')}]`);
  const actions = transition.actions.flatMap(namesOf);
  if (actions.length > 0) words.push(`/ ${actions.join(', ')}`);
  return `${from} --> ${to} : ${words.join(' ')}`;
}

/** The names of a guard or an action; none for what xstate adds by itself, such as the start of a delay. */
function namesOf(named: unknown): readonly string[] {
  if (typeof named === 'string') return [named];
  if (typeof named === 'function' && 'guards' in named) return (named.guards as readonly unknown[]).flatMap(namesOf);
  if (typeof named === 'object' && named !== null && 'type' in named) return [String(named.type)];
  return [];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
