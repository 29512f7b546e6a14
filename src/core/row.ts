/**
 * What a stream carries. The shape of this union is what lets TypeScript infer tuples and widen literals in
 * `map((word) => [word, 1])` without an annotation: a `DStream<[string, number]>`.
 */
// biome-ignore lint/complexity/noBannedTypes: {} is every value but null and undefined, which is what is meant
export type Row = [] | Row[] | {} | null | undefined;

/** A key and a value. */
export type Pair<K, V> = readonly [K, V];
