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

/** A sentence for each form that the engine understands and that is hardly faster than closures: no kernel runs it. */
export function withoutKernel({ closures, ...understood }: Readonly<Record<string, number>>): readonly string[] {
  if (closures === undefined) return [];
  return Object.entries(understood).flatMap(([name, ratio]) => {
    if (ratio >= kernelGainMin * closures) return [];
    return [`${name}: ${ratio} is hardly more than the ${closures} of closures; does a kernel still run it?`];
  });
}

/** Recorded were 1.5 and more. */
const kernelGainMin = 1.15;
