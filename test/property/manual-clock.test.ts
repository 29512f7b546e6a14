import fc from 'fast-check';
import { test } from 'vitest';
import type { Timer } from '../../src/core/clock.ts';
import type { ManualClock } from '../../src/core/manual-clock.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';

const spanMs = 1_000;
const times = fc.integer({ min: 0, max: spanMs });

/** A timer that is asked for at the start. */
interface Plan {
  readonly deadlineMs: number;
  readonly isCancelled: boolean;
  /** When it fires it asks for further ones, so long after itself. */
  readonly furtherMs: readonly number[];
}

const plans = fc.array(
  fc.record({ deadlineMs: times, isCancelled: fc.boolean(), furtherMs: fc.array(times, { maxLength: 3 }) }),
  { maxLength: 12 },
);

/** The span cut into steps. */
const splits = fc
  .array(times, { maxLength: 6 })
  .map((cuts) => [0, ...cuts.sort((a, b) => a - b), spanMs])
  .map((cuts) => cuts.slice(1).map((cut, i) => cut - (cuts[i] ?? 0)));

interface Fired {
  readonly name: string;
  readonly atMs: number;
}

async function fire(timers: readonly Plan[], move: (clock: ManualClock) => Promise<void>): Promise<readonly Fired[]> {
  const { clock } = testRuntime();
  const fired: Fired[] = [];
  const ask = (name: string, deadlineMs: number, furtherMs: readonly number[]): Timer =>
    clock.at(deadlineMs, () => {
      fired.push({ name, atMs: clock.now() });
      furtherMs.forEach((ms, i) => {
        ask(`${name}.${i}`, deadlineMs + ms, []);
      });
    });
  timers.forEach(({ deadlineMs, isCancelled, furtherMs }, i) => {
    const timer = ask(`${i}`, deadlineMs, furtherMs);
    if (isCancelled) timer.cancel();
  });
  await move(clock);
  return fired;
}

const inSteps =
  (stepsMs: readonly number[]) =>
  async (clock: ManualClock): Promise<void> => {
    for (const ms of stepsMs) await clock.advance(ms);
  };

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

test('any split of an advance fires the same timers in the same order at the same times', async () => {
  await fc.assert(
    fc.asyncProperty(plans, splits, async (timers, stepsMs) =>
      isSame(await fire(timers, inSteps(stepsMs)), await fire(timers, inSteps([spanMs]))),
    ),
  );
});

test('every timer fires exactly at its deadline, by deadline and then by order of asking', async () => {
  await fc.assert(
    fc.asyncProperty(plans, splits, async (timers, stepsMs) => {
      const lone = timers.map((plan) => ({ ...plan, furtherMs: [] }));
      const expected = lone
        .map(({ deadlineMs, isCancelled }, i) => ({ name: `${i}`, atMs: deadlineMs, isCancelled }))
        .filter(({ isCancelled }) => !isCancelled)
        .sort((a, b) => a.atMs - b.atMs)
        .map(({ name, atMs }) => ({ name, atMs }));
      return isSame(await fire(lone, inSteps(stepsMs)), expected);
    }),
  );
});

test('a jump fires what an advance fires, in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (timers) => {
      const jumped = await fire(timers, (clock) => clock.jump(spanMs));
      const advanced = await fire(timers, inSteps([spanMs]));
      return isSame(
        jumped.map(({ name }) => name),
        advanced.map(({ name }) => name),
      );
    }),
  );
});
