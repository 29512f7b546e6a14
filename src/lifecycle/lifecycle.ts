/**
 * What may happen when: a state machine as the rest of firesteel sees it.
 *
 * Whoever holds one asks `may` first and makes its own error of a no; the machine itself takes no for a bug.
 */
export interface Lifecycle<State extends string, Message extends { readonly type: string }> {
  /** Where it stands now; in a nested machine, the innermost state. */
  readonly state: State;
  /** Whether the message may come now. */
  may(message: Message): boolean;
  /**
   * Takes the message, then gives the orders that follow from it. A message sent while orders are being carried out
   * waits until the last of them has returned.
   *
   * @throws BugError (BUG.COMMAND_REFUSED) when the message may not come now
   */
  send(message: Message): void;
  /** Resolves when the last state is reached, or when the machine broke by a bug of ours; never rejects. */
  readonly whenStopped: Promise<void>;
}
