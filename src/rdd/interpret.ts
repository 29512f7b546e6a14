import { encodeKey } from '../core/keys.ts';
import { enough, type Loop, type Sink, StepFailure, StepMistake, type Terminal } from './loop.ts';
import type { Step } from './step.ts';

// A fused chain without generated code, for processes that allow none. Slower, and equal in all it does.

/** Where an interpreted loop is: the step and the row that a failure reports. */
interface Place {
  step: number;
  row: unknown;
}

/** A user's function of one row. */
type OnRow = (row: unknown) => unknown;

/** Takes a row; true when the take at the end has enough. */
type Take = (row: unknown, sink: Sink, place: Place) => boolean;

/** The loops of one chain. */
export function interpret(steps: readonly Step[], terminal: Terminal): Pick<Loop, 'rows' | 'text'> {
  let take = terminals[terminal](steps.length);
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i] as Step;
    if (step.kind === 'mapPartitions') throw new TypeError('mapPartitions ends a fused loop');
    take = takers[step.kind](i, step.f as OnRow, take);
  }
  const first = take;
  return {
    rows: (rows, from, to, sink) =>
      guarded((place) => {
        for (let i = from; i < to; i++) if (first(rows[i], sink, place)) return enough;
        return to;
      }),
    text: (text, position, rowsMax, sink) =>
      guarded((place) => {
        let start = position;
        for (let n = 0; n < rowsMax && start < text.length; n++) {
          const feed = text.indexOf('\n', start);
          const end = feed < 0 ? text.length : feed;
          const row = text.slice(start, end > start && text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end);
          start = end + 1;
          if (first(row, sink, place)) return enough;
        }
        return start;
      }),
  };
}

const carriageReturn = 13;

function guarded(run: (place: Place) => number): number {
  const place: Place = { step: 0, row: undefined };
  try {
    return run(place);
  } catch (error) {
    throw new StepFailure(error, place.step, place.row);
  }
}

function enter(place: Place, step: number, row: unknown): void {
  place.step = step;
  place.row = row;
}

const takers = {
  map:
    (i: number, f: OnRow, next: Take): Take =>
    (row, sink, place) => {
      enter(place, i, row);
      return next(refusePromise(f(row)), sink, place);
    },
  filter:
    (i: number, f: OnRow, next: Take): Take =>
    (row, sink, place) => {
      enter(place, i, row);
      return refusePromise(f(row)) ? next(row, sink, place) : false;
    },
  flatMap:
    (i: number, f: OnRow, next: Take): Take =>
    (row, sink, place) => {
      enter(place, i, row);
      const many = f(row);
      if (Array.isArray(many)) {
        for (let j = 0; j < many.length; j++) if (next(many[j], sink, place)) return true;
        return false;
      }
      const iterator = (many as Iterable<unknown> | undefined | null)?.[Symbol.iterator]?.();
      if (iterator === undefined) {
        throw new StepMistake(many instanceof Promise ? 'returned-promise' : 'not-iterable', many);
      }
      for (let read = iterator.next(); !read.done; read = iterator.next()) {
        const hasEnough = closingOnFailure(iterator, () => next(read.value, sink, place));
        enter(place, i, row);
        if (hasEnough) {
          iterator.return?.();
          return true;
        }
      }
      return false;
    },
};

/** Runs what is behind a flatMap; if that fails, its iterator is closed before the failure goes on. */
function closingOnFailure(iterator: Iterator<unknown>, run: () => boolean): boolean {
  try {
    return run();
  } catch (error) {
    try {
      iterator.return?.();
    } catch {
      // The first failure is the one to tell, as it is in `for … of`.
    }
    throw error;
  }
}

const terminals: { readonly [T in Terminal]: (step: number) => Take } = {
  push: () => (row, sink) => {
    sink.rows.push(row);
    return false;
  },
  take: () => (row, sink) => sink.rows.push(row) >= sink.limit,
  count: () => (_row, sink) => {
    sink.count += 1;
    return false;
  },
  fold: (step) => (row, sink, place) => {
    enter(place, step, row);
    sink.value = refusePromise(sink.isStarted ? sink.merge(sink.value, row) : row);
    sink.isStarted = true;
    return false;
  },
  reduce: (step) => mergeInto(step, (_sink, value) => value),
  combine: (step) => mergeInto(step, (sink, value) => sink.create(value)),
};

function mergeInto(step: number, first: (sink: Sink, value: unknown) => unknown): Take {
  return (row, sink, place) => {
    enter(place, step, row);
    if (!Array.isArray(row)) throw new StepMistake('not-a-pair', row);
    const [k, value] = row;
    enter(place, step, [k, value]);
    const key = encodeKey(k);
    const cell = sink.cells.get(key);
    if (cell === undefined) sink.cells.set(key, { key: k, value: refusePromise(first(sink, value)) });
    else cell.value = refusePromise(sink.merge(cell.value, value));
    return false;
  };
}

function refusePromise(made: unknown): unknown {
  if (made instanceof Promise) throw new StepMistake('returned-promise', made);
  return made;
}
