/**
 * The type of a value that changes: of the literal 0 it is number.
 *
 * What begins as a literal, as in `aggregate(0, …)`, would otherwise have to stay that literal for ever.
 */
export type Widened<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends bigint
      ? bigint
      : T extends boolean
        ? boolean
        : T;
