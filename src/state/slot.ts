/** One batch inside a window: the value of each of its keys, by id. */
export interface Slot {
  readonly timeMs: number;
  readonly ids: number[];
  readonly values: unknown[];
}

/** A batch of which nothing is known yet. */
export function slotOf(timeMs: number): Slot {
  return { timeMs, ids: [], values: [] };
}
