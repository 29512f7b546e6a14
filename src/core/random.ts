/** The one door to chance. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, n). */
  below(n: number): number;
  /** A name that has not been given before: letters and digits. */
  id(): string;
}
