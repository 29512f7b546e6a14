import fc from 'fast-check';
import type { DStream, Row, Time } from 'firesteel';
import { StorageLevel } from 'firesteel';
import * as oracle from '../../src/testing/oracle.ts';
import * as ofBatches from '../../src/testing/oracle-batches.ts';
import { type Any, alone, first, type Operator, type Shape } from './operator.ts';
import { showNumber } from './pair-operators.ts';

// What a program writes on a whole stream, or on its context; none of it looks at a row.

const manyParents = {
  arbitrary: fc.record({ others: fc.integer({ min: 0, max: 2 }) }),
  takes: () => undefined,
  others: ({ others }: { readonly others: number }) => others,
  shape: (_: unknown, parents: readonly Shape[]) => ({
    ...first(parents),
    rowsMax: parents.reduce((sum, { rowsMax }) => sum + rowsMax, 0),
  }),
  show: () => '',
} satisfies Partial<Operator<{ readonly others: number }>>;

export const union: Operator<{ readonly others: number }> = {
  name: 'union',
  ...manyParents,
  build: (_, [one, ...others]) => (one as DStream<Row>).union(...others),
  oracle: (_, parents) => ofBatches.union(...parents),
};

export const sscUnion: Operator<{ readonly others: number }> = {
  name: 'ssc.union',
  ...manyParents,
  build: (_, parents, ssc) => ssc.union<Row>(parents),
  oracle: (_, parents) => ofBatches.union(...parents),
};

/** Fails in the batch of one second, and puts the last stream first in the others. */
export const sscTransform: Operator<{ readonly others: number; readonly failsMs: number }> = {
  ...manyParents,
  name: 'ssc.transform',
  arbitrary: fc.record({
    others: fc.integer({ min: 0, max: 2 }),
    failsMs: fc.constantFrom(0, 0, 0, 0, 0, 1000, 2000, 3000, 4000),
  }),
  build: ({ failsMs }, parents, ssc) =>
    ssc.transform<Row>(parents, (rdds, time) => {
      throwAt(time, failsMs);
      const [last, ...rest] = [...rdds].reverse();
      return (last as Any).union(...rest);
    }),
  oracle: ({ failsMs }, parents) =>
    oracle.operator<unknown, unknown>(parents, { withoutParent: 'fail' }, (batches, time) => {
      throwAt(time, failsMs);
      return [...batches].reverse().flat();
    }),
  show: ({ failsMs }) => (failsMs === 0 ? '' : `which throws at ${failsMs} ms`),
};

function throwAt(time: Time, atMs: number): void {
  if (time.milliseconds === atMs) throw new Error(`ssc.transform at ${atMs} ms`);
}

/** The same stream, told how it is kept: nothing of it is seen. */
const unseen = {
  takes: () => undefined,
  ...alone,
  shape: (_: unknown, parents: readonly Shape[]) => first(parents),
  oracle: (_: unknown, parents: readonly oracle.Stream<unknown>[]) => first(parents),
} satisfies Partial<Operator<unknown>>;

/** All levels at which something is kept, by name. */
export const levels: readonly string[] = Object.keys(StorageLevel).filter((name) => name !== 'NONE');

export const persist: Operator<string> = {
  name: 'persist',
  ...unseen,
  arbitrary: fc.constantFrom(...levels),
  build: (level, parents) => first(parents).persist((StorageLevel as Any)[level]),
  show: (level) => level,
};

export const cache: Operator<null> = {
  name: 'cache',
  ...unseen,
  arbitrary: fc.constant(null),
  build: (_, parents) => first(parents).cache(),
  show: () => '',
};

export const remember: Operator<number> = {
  name: 'remember',
  ...unseen,
  arbitrary: fc.constantFrom(1000, 2000, 5000),
  build: (ms, parents) => first(parents).remember(`${ms} ms`),
  show: showNumber,
};
