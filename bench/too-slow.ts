/** A sentence for each ratio that is below half of what is recorded of it, or of which nothing is recorded. */
export function tooSlow(
  best: Readonly<Record<string, number>>,
  recorded: Readonly<Record<string, number>>,
): readonly string[] {
  return Object.entries(best).flatMap(([name, ratio]) => {
    const before = recorded[name];
    if (before === undefined) return [`${name}: nothing is recorded; npm run guard -- --record records it.`];
    if (ratio >= before / 2) return [];
    return [
      `${name}: firesteel has become slow: ${ratio}, where ${before} is recorded and half of it must be reached.`,
    ];
  });
}
