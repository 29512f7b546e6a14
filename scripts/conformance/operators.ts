import { type DStream, type Duration, MapWithStateDStream, type RDD, type Row, StateSpec } from 'firesteel';
import { CaseMistake } from './cases.ts';
import {
  batchFunction,
  manyFunction,
  mergeFunction,
  partitionFunction,
  rowFunction,
  testFunction,
} from './functions.ts';
import { mappingFunction, updateFunction } from './state-functions.ts';
import type { Step } from './step.ts';

/** Files that an output wrote, by which it can be observed. */
export interface Saved {
  readonly prefix: string;
  readonly suffix: string;
}

/** What a step makes: a stream, or files. */
export type Made = DStream<Row> | Saved;

/** Puts the operator of a step behind its inputs. */
export function apply(op: string, step: Step): Made {
  const operator = Object.hasOwn(operators, op) ? operators[op] : undefined;
  if (operator === undefined) throw new CaseMistake(`there is no operator ${op}`);
  const made = operator(step);
  const [unread] = step.unread;
  if (unread !== undefined) throw new CaseMistake(`${op} knows no parameter ${unread}`);
  return made;
}

/** From the name of an operator to the call that it stands for. */
const operators: Readonly<Record<string, (step: Step) => Made>> = {
  map: (step) => step.input.map(rowFunction(step.text('f'))),
  flatMap: (step) => step.input.flatMap(manyFunction(step.text('f'))),
  filter: (step) => step.input.filter(testFunction(step.text('f'))),
  glom: (step) => step.input.glom(),
  mapPartitions: (step) => step.input.mapPartitions(partitionFunction(step.text('f'))),
  repartition: (step) => step.input.repartition(step.number('n')),
  mapValues: (step) => step.pairs.mapValues(rowFunction(step.text('f'))),
  flatMapValues: (step) => step.pairs.flatMapValues(manyFunction(step.text('f'))),
  groupByKey: (step) => step.pairs.groupByKey(step.partitions),
  reduceByKey: (step) => step.pairs.reduceByKey(mergeFunction(step.text('f')), step.partitions),
  combineByKey: (step) => {
    const create = rowFunction(step.text('create'));
    const [mergeValue, mergeCombiners] = ['mergeValue', 'mergeCombiners'].map((name) => mergeFunction(step.text(name)));
    return step.pairs.combineByKey(create, mergeValue as Merge, mergeCombiners as Merge, step.partitions);
  },
  reduce: (step) => step.input.reduce(mergeFunction(step.text('f'))),
  count: (step) => step.input.count(),
  countByValue: (step) => step.input.countByValue(step.partitions),
  union: (step) => {
    if (isOfContext(step)) return step.ssc.union(step.inputs);
    return step.input.union(...step.inputs.slice(1));
  },
  transform: (step) => {
    const f = batchFunction(step.text('f'));
    const constants: readonly RDD<Row>[] = step.has('static')
      ? [step.ssc.sparkContext.parallelize(step.rows('static') as readonly Row[])]
      : [];
    if (isOfContext(step)) return step.ssc.transform(step.inputs, (batches) => f(...batches, ...constants));
    return step.input.transform((batch) => f(batch, ...constants));
  },
  transformWith: (step) => {
    const f = batchFunction(step.text('f'));
    return step.input.transformWith(step.otherPairs, (batch, other) => f(batch, other));
  },
  cogroup: (step) => step.pairs.cogroup(step.otherPairs, step.partitions),
  join: (step) => step.pairs.join(step.otherPairs, step.partitions),
  leftOuterJoin: (step) => step.pairs.leftOuterJoin(step.otherPairs, step.partitions),
  rightOuterJoin: (step) => step.pairs.rightOuterJoin(step.otherPairs, step.partitions),
  fullOuterJoin: (step) => step.pairs.fullOuterJoin(step.otherPairs, step.partitions),
  persist: (step) => step.input.persist(),
  checkpoint: (step) => step.input.checkpoint(step.duration('intervalMs')),
  saveAsTextFiles: (step) => {
    const saved = { prefix: step.optionalText('prefix') ?? '', suffix: step.optionalText('suffix') ?? '' };
    step.input.saveAsTextFiles(saved.prefix, saved.suffix);
    return saved;
  },
  window: (step) => step.input.window(...lengths(step)),
  countByWindow: (step) => step.input.countByWindow(...lengths(step)),
  countByValueAndWindow: (step) => step.input.countByValueAndWindow(...lengths(step), step.partitions),
  groupByKeyAndWindow: (step) => step.pairs.groupByKeyAndWindow(...lengths(step), step.partitions),
  reduceByWindow: (step) => {
    const f = mergeFunction(step.text('f'));
    const inverse = step.optionalText('inverse');
    if (inverse === undefined) return step.input.reduceByWindow(f, ...lengths(step));
    return step.input.reduceByWindow(f, mergeFunction(inverse), ...lengths(step));
  },
  reduceByKeyAndWindow: (step) => {
    const f = mergeFunction(step.text('f'));
    const inverse = step.optionalText('inverse');
    if (inverse === undefined) return step.pairs.reduceByKeyAndWindow(f, ...lengths(step), step.partitions);
    const filter = step.has('filter') ? testFunction(step.text('filter')) : undefined;
    return step.pairs.reduceByKeyAndWindow(f, mergeFunction(inverse), ...lengths(step), step.partitions, filter);
  },
  updateStateByKey: (step) => {
    const isRemembering = step.has('rememberPartitioner');
    const form = step.optionalText('form') ?? (isRemembering ? 'iterator' : undefined);
    const { f, ...update } = updateFunction(step.text('update'), form);
    // Which form the function has is known where the case is read, not where this is compiled.
    return step.pairs.updateStateByKey(f as never, {
      ...(update as object),
      ...(step.has('partitions') ? { partitions: step.number('partitions') } : {}),
      ...(step.has('initial') ? { initialRDD: step.ssc.sparkContext.parallelize(step.pairRows('initial')) } : {}),
      ...(isRemembering ? { rememberPartitioner: step.flag('rememberPartitioner') } : {}),
    });
  },
  mapWithState: (step) => {
    const spec = StateSpec.function<Row, Row, Row, Row>(mappingFunction(step.text('f')));
    if (step.has('initial')) spec.initialState(step.pairRows('initial'));
    if (step.has('partitions')) spec.numPartitions(step.number('partitions'));
    if (step.has('timeoutMs')) spec.timeout(step.duration('timeoutMs'));
    return step.pairs.mapWithState(spec);
  },
  stateSnapshots: (step) => {
    if (step.input instanceof MapWithStateDStream) return step.input.stateSnapshots();
    throw new CaseMistake('only mapWithState has snapshots of its state');
  },
};

type Merge = (a: Row, b: Row) => Row;

/** Whether a step means the method of the context, not that of the first stream. */
function isOfContext(step: Step): boolean {
  const level = step.optionalText('level');
  if (level !== undefined && level !== 'context') throw new CaseMistake(`there is no level ${level}`);
  return level === 'context';
}

/** The length of a window and how far it moves: as its parent, where nothing is said. */
function lengths(step: Step): [Duration, Duration] {
  return [step.duration('windowMs'), step.optionalDuration('slideMs') as Duration];
}
