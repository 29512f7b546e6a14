/** How many letters have to be put in, left out or exchanged to make one text of the other (Levenshtein). */
export function editDistance(a: string, b: string): number {
  // distances[j]: from the part of a that has been read to the first j letters of b.
  let distances = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = at(distances, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, at(distances, j) + 1, at(next, j - 1) + 1));
    }
    distances = next;
  }
  return at(distances, b.length);
}

function at(numbers: readonly number[], i: number): number {
  return numbers[i] ?? Number.POSITIVE_INFINITY;
}
