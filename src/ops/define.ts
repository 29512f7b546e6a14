import type { Row } from '../core/row.ts';
import type { DurationLike } from '../core/time.ts';
import { positive } from '../graph/checks.ts';
import type { Op } from '../graph/op.ts';
import type { Output } from '../graph/output.ts';
import type { Step } from '../rdd/step.ts';
import { type WindowMerge, windowState } from '../rdd/window-state.ts';

export type { Op } from '../graph/op.ts';
export type { Output } from '../graph/output.ts';

/** What most operators are: one parent, nothing kept, an RDD whenever the parent has one. */
const usual = {
  arity: 1,
  isNarrow: false,
  keeps: 'nothing',
  withoutParent: 'none',
  slideMs: undefined,
  windowMs: undefined,
  reachMs: undefined,
  rereads: false,
  checkpoints: 'never',
  state: undefined,
} as const;

/** An operator; what is not said is as most operators have it. */
export function defineOp<Out extends Row>(op: Pick<Op<Out>, 'name' | 'code' | 'plan'> & Partial<Op<Out>>): Op<Out> {
  return Object.freeze({ ...usual, ...op });
}

/** A window over keys, as it is written. */
export interface KeyedWindow extends Omit<WindowMerge, 'merge'> {
  readonly name: string;
  readonly f: (...args: never[]) => Row;
  readonly window: DurationLike;
  /** The parent's slide unless given. */
  readonly slide: DurationLike | undefined;
}

type WindowTraits = Pick<
  Op<Row>,
  'name' | 'code' | 'keeps' | 'withoutParent' | 'slideMs' | 'windowMs' | 'reachMs' | 'checkpoints' | 'state'
>;

/** What all windows over keys share: each batch is merged by itself, then into the state that is the window. */
export function keyedWindow({ name, f, window, slide, ...rest }: KeyedWindow): WindowTraits {
  const windowMs = positive(name, window).milliseconds;
  const slideMs = slide === undefined ? undefined : positive(name, slide).milliseconds;
  const { inverse, filter } = rest.undo ?? {};
  return {
    name,
    code: [f, inverse, filter].filter((each) => each !== undefined) as Step['f'][],
    keeps: 'window',
    withoutParent: 'plan',
    slideMs,
    windowMs,
    // What came before is in the state; of a slide that is longer than the window only its end counts.
    reachMs: slideMs === undefined ? undefined : Math.min(slideMs, windowMs),
    checkpoints: inverse === undefined ? 'never' : 'ten seconds',
    state: windowState(windowMs, { merge: f as WindowMerge['merge'], ...rest }),
  };
}

/** An output operation. */
export function defineOutput<In extends Row>(output: Output<In>): Output<In> {
  return Object.freeze({ ...output });
}
