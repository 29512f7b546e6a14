/**
 * Work under way that the message bus cannot see: a job, a promise of a user's function.
 *
 * A test runtime counts itself as settled when nothing is queued and every activity has ended or sleeps on its clock.
 * The real runtime counts nothing.
 */
export interface Activities {
  /** Runs f as an activity; `name` is what an error says when it never ends. What f throws is thrown on. */
  run<R>(name: string, f: () => Promise<R>): Promise<R>;
}
