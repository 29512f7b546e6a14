import fc from 'fast-check';
import { type Batch, type DStream, defineOp, type RDD, type Row, type Time } from 'firesteel';
import { collect, operator, type Rows } from '../../src/testing/oracle.ts';
import * as ofBatches from '../../src/testing/oracle-batches.ts';
import * as ofRows from '../../src/testing/oracle-rows.ts';
import { type Any, alone, first, type Operator } from './operator.ts';
import { partitionsOption, showNumber } from './pair-operators.ts';
import { type Call, mergeCall, mergeOf, show } from './row-functions.ts';
import { transforms } from './transforms.ts';

// Operators of the grammar that take the rows of a batch as a whole, or its RDD.

export const count: Operator<null> = {
  name: 'count',
  arbitrary: fc.constant(null),
  takes: () => undefined,
  ...alone,
  shape: (_, parents) => ({ ...first(parents), kind: 'numbers', rowsMax: 1 }),
  build: (_, parents) => first(parents).count(),
  oracle: (_, parents) => ofBatches.count(first(parents)),
  show: () => '',
};

export const transform: Operator<{ readonly f: string; readonly atMs?: number }> = {
  name: 'transform',
  arbitrary: fc.record({
    f: fc.constantFrom(...Object.keys(transforms)),
    atMs: fc.constantFrom(1000, 2000, 3000, 4000),
  }),
  takes: ({ f }) => transforms[f]?.takes,
  ...alone,
  shape: ({ f }, parents) => {
    const { gives, growth } = transforms[f] as (typeof transforms)[string];
    const parent = first(parents);
    return { ...parent, kind: gives ?? parent.kind, rowsMax: parent.rowsMax * growth };
  },
  build: ({ f, atMs = 0 }, parents) => {
    const { build } = transforms[f] as (typeof transforms)[string];
    return first(parents).transform((rdd, time) => build(rdd, time, atMs));
  },
  oracle: ({ f, atMs = 0 }, parents) => {
    const { oracle: compute } = transforms[f] as (typeof transforms)[string];
    return ofBatches.transform(first(parents), (rdd, time) => compute(rdd, time, atMs));
  },
  show: ({ f, atMs }) => (atMs === undefined ? f : `${f}, if anything at ${atMs} ms`),
};

const nothing = fc.constant(null);

export const glom: Operator<null> = {
  name: 'glom',
  arbitrary: nothing,
  takes: () => undefined,
  ...alone,
  shape: (_, parents) => first(parents),
  build: (_, parents) => {
    const lists: DStream<Row[]> = first(parents).glom();
    return lists.flatMap(asItCame);
  },
  oracle: (_, parents) => ofRows.flatMap(ofRows.glom<Row>(first(parents)), asItCame),
  show: () => '',
};

function asItCame(rows: readonly Row[]): readonly Row[] {
  return rows;
}

export const repartition: Operator<number> = {
  name: 'repartition',
  arbitrary: fc.integer({ min: 1, max: 4 }),
  takes: () => undefined,
  ...alone,
  shape: (_, parents) => first(parents),
  build: (partitions, parents) => first(parents).repartition(partitions),
  oracle: (_, parents) => ofBatches.repartition(first(parents)),
  show: showNumber,
};

export const reduce: Operator<Call> = {
  name: 'reduce',
  arbitrary: mergeCall,
  takes: () => 'numbers',
  ...alone,
  shape: (_, parents) => ({ ...first(parents), rowsMax: 1 }),
  build: (merge, parents) => first(parents).reduce(mergeOf(merge)),
  oracle: (merge, parents) => ofBatches.reduce(first(parents), mergeOf(merge)),
  show,
};

export const countByValue: Operator<number | undefined> = {
  name: 'countByValue',
  arbitrary: partitionsOption,
  takes: () => undefined,
  ...alone,
  shape: (_, parents) => ({ ...first(parents), kind: 'pairs' }),
  build: (partitions, parents) => first(parents).countByValue(partitions),
  oracle: (_, parents) => ofBatches.countByValue(first(parents)),
  show: showNumber,
};

const withOther: Readonly<Record<string, Pick<Operator<Any>, 'oracle'> & { readonly build: Any }>> = {
  'the other first': {
    build: (one: RDD<Any>, other: RDD<Any>) => other.union(one),
    oracle: (_, [one, other]) =>
      ofBatches.transformWith(one as Any, other as Any, (a, b) => ofBatches.union<Any>(b, a)),
  },
  'the other, if it has rows, a turn later': {
    build: async (one: RDD<Any>, other: RDD<Any>) => ((await other.count()) === 0 ? one : other),
    oracle: (_, [one, other]) =>
      ofBatches.transformWith<Any, Any, Any>(one as Any, other as Any, (a, b) =>
        collect(b.batches[0] as Rows<Any>).length === 0 ? a : b,
      ),
  },
  'throws at 2000 ms': {
    build: (one: RDD<Any>, _other: RDD<Any>, time: Time) => throwAt2000(time) ?? one,
    oracle: (_, [one, other]) =>
      ofBatches.transformWith<Any, Any, Any>(one as Any, other as Any, (a, _b, time) => throwAt2000(time) ?? a),
  },
};

function throwAt2000(time: Time): undefined {
  if (time.milliseconds === 2000) throw new Error('transformWith at 2000 ms');
}

export const transformWith: Operator<string> = {
  name: 'transformWith',
  arbitrary: fc.constantFrom(...Object.keys(withOther)),
  takes: () => undefined,
  others: () => 1,
  shape: (_, parents) => ({ ...first(parents), rowsMax: parents.reduce((all, { rowsMax }) => all + rowsMax, 0) }),
  build: (f, [one, other]) => (one as Any).transformWith(other, withOther[f]?.build),
  oracle: (f, parents) => (withOther[f] as Any).oracle(f, parents),
  show: (f) => f,
};

/** An operator of a user's own, with a slide of its own. */
export const everyNth: Operator<{ readonly n: number; readonly withoutParent: 'none' | 'fail' }> = {
  name: 'via everyNth',
  arbitrary: fc.record({ n: fc.integer({ min: 1, max: 3 }), withoutParent: fc.constantFrom('none', 'fail') }),
  takes: () => undefined,
  ...alone,
  shape: ({ n }, parents) => ({ ...first(parents), slideMs: first(parents).slideMs * n }),
  build: ({ n, withoutParent }, parents) => {
    const slideMs = first(parents).node.slideMs * n;
    return first(parents).via(defineOp({ name: 'everyNth', code: [], withoutParent, slideMs, plan: asItIs }));
  },
  oracle: ({ n, withoutParent }, parents) => {
    const slideMs = first(parents).slideMs * n;
    return operator(parents, { withoutParent, slideMs }, ([rows = []]) => rows);
  },
  show: ({ n, withoutParent }) => `${n}, ${withoutParent} without parent`,
};

function asItIs(batch: Batch): RDD<Row> {
  return batch.input();
}
