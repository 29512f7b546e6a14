/** A kind of file whose names have a number, so that they stand in its order. */
export interface FileName {
  /** The name of the file with that number. */
  of(number: number): string;
  /** The numbers of the names that are of this kind, in order. */
  numbersIn(names: readonly string[]): readonly number[];
}

/** Names such as `log-0000000000000007`. Sixteen digits hold every whole number that JavaScript counts exactly. */
export function numbered(prefix: string): FileName {
  const pattern = new RegExp(String.raw`^${prefix}-(\d{16})$`);
  return {
    of: (number) => `${prefix}-${String(number).padStart(16, '0')}`,
    numbersIn: (names) => names.flatMap((name) => pattern.exec(name)?.slice(1).map(Number) ?? []).sort((a, b) => a - b),
  };
}
