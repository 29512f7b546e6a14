/** A function of the program failed on a row; `returned-promise` where it answered with a promise. */
export class CallFailure {
  readonly error: unknown;
  readonly row: unknown;

  constructor(error: unknown, row: unknown) {
    this.error = error;
    this.row = row;
  }
}

/** What a function of the program must not answer with. */
export class ReturnedPromise {
  readonly promise: Promise<unknown>;

  constructor(promise: Promise<unknown>) {
    this.promise = promise;
  }
}

/** What a function of the program gave, which has to be there at once. */
export function atOnce<T>(given: T): T {
  if (given instanceof Promise) throw new ReturnedPromise(given);
  return given;
}
