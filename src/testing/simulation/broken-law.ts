/** What must be true of every program, whatever happens to it. */
export type Law =
  | 'the log can be read'
  | 'a program comes back'
  | 'a process does what it is told'
  | 'a process comes to rest'
  | 'a program ends without further faults'
  | 'a program goes from INITIALIZED to ACTIVE to STOPPED'
  | 'nothing fails but what a fault has hit'
  | 'batches are in order'
  | 'no batch begins behind a fatal failure'
  | 'a graceful stop works off what has come'
  | 'no batch is left out'
  | 'a batch that is done is not done again'
  | 'no more batches are under way than may be'
  | 'no block is taken where there is no room'
  | 'what was acknowledged is safe'
  | 'each row is in one batch'
  | 'each batch is written'
  | 'what is written is what the batch makes';

/** A law that does not hold. */
export class BrokenLaw extends Error {
  readonly law: Law;

  constructor(law: Law, difference: string, options?: ErrorOptions) {
    super(difference, options);
    this.law = law;
  }
}
