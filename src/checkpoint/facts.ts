/** What was found amiss and got over; somebody should hear of it. */
export type CheckpointFact =
  /** The process died while it wrote the end of the log. What was not synced is left out. */
  | { readonly type: 'tail.cut'; readonly path: string; readonly offset: number; readonly lostBytes: number }
  /** A snapshot is not whole; the one before it takes its place, if there is one. */
  | { readonly type: 'snapshot.skipped'; readonly path: string; readonly offset: number }
  /** The owner of a directory was dead; somebody else has it now. */
  | { readonly type: 'lock.inherited'; readonly path: string; readonly from: string };

/** Who hears of them. */
export type Tell = (fact: CheckpointFact) => void;
