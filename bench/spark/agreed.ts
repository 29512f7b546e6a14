/**
 * Holds what both engines gave to each other, and to what is known beforehand.
 *
 * @param expected the first numbers, where they are known
 * @throws Error where one of both is wrong
 */
export function checkBoth(
  row: string,
  spark: readonly number[] | undefined,
  firesteel: readonly number[],
  expected: readonly number[] = [],
): void {
  const hold = (who: string, given: readonly number[], right: readonly number[]): void => {
    if (right.every((value, index) => given[index] === value)) return;
    throw new Error(`${row}: ${who} gave ${given.join(', ') || 'nothing'}, and ${right.join(', ')} would be right.`);
  };
  if (firesteel.length === 0) throw new Error(`${row}: firesteel gave nothing to compare.`);
  if (spark !== undefined) hold('Spark', spark, expected);
  hold('firesteel', firesteel, expected);
  if (spark !== undefined) hold('firesteel', firesteel, spark);
}
