import { inspect } from 'node:util';
import fc from 'fast-check';
import type { Row } from 'firesteel';
import * as ofPairs from '../../src/testing/oracle-pairs.ts';
import * as ofRows from '../../src/testing/oracle-rows.ts';
import { type Any, alone, first, type Operator, type Shape } from './operator.ts';
import { type Call, callOf, functionOf, growthMax, type Kind, kindsOf, show } from './row-functions.ts';

// Operators of the grammar that call a function for every row, whatever way they come to it.

type Table = 'map' | 'filter' | 'flatMap' | 'mapValues';

const meaning: Readonly<Record<Table, Any>> = { ...ofRows, mapValues: ofPairs.mapValues };

/** An operator with a function of one row. */
function rowByRow(name: Table): Operator<Call> {
  return {
    name,
    arbitrary: callOf(name),
    takes: (call) => (name === 'mapValues' ? 'pairs' : kindsOf(name, call).takes),
    ...alone,
    shape: (call, [parent]) => ({
      ...(parent as Shape),
      kind: name === 'mapValues' ? 'pairs' : kindsOf(name, call).gives,
      rowsMax: (parent as Shape).rowsMax * (name === 'flatMap' ? growthMax : 1),
    }),
    build: (call, parents) => (first(parents) as Any)[name](functionOf(name, call)),
    oracle: (call, parents) => meaning[name](first(parents), functionOf(name, call)),
    show,
  };
}

export const map: Operator<Call> = rowByRow('map');
export const filter: Operator<Call> = rowByRow('filter');
export const flatMap: Operator<Call> = rowByRow('flatMap');
export const mapValues: Operator<Call> = rowByRow('mapValues');

/** The same call, whose function throws where it would return a promise: for those who look at no promise. */
function throwing(call: Call): Call {
  return call.fails === undefined ? call : { ...call, fails: { ...call.fails, how: 'throws' } };
}

/** The function of a call, as throwing. */
function answering(table: Table, call: Call): (row: Any) => Any {
  const f = functionOf(table, throwing(call));
  return (row) => f(row);
}

interface ByPartition {
  readonly call: Call;
  readonly isAsync: boolean;
}

/** A map, by way of the partition; rows behind a throw are not made, but those before it are. */
function byPartition(name: 'mapPartitions' | 'mapPartitionsWithIndex'): Operator<ByPartition> {
  return {
    name,
    arbitrary: fc.record({ call: callOf('map').map(throwing), isAsync: fc.boolean() }),
    takes: ({ call }) => kindsOf('map', call).takes,
    ...alone,
    shape: ({ call }, parents) => ({ ...first(parents), kind: kindsOf('map', call).gives }),
    build: ({ call, isAsync }, parents) => {
      const f = answering('map', call);
      const now = function* (rows: Iterable<Row>): Iterable<Row> {
        for (const row of rows) yield f(row);
      };
      const later = async function* (rows: Iterable<Row>): AsyncIterable<Row> {
        for (const row of rows) yield await f(row);
      };
      const onRows = isAsync ? later : now;
      if (name === 'mapPartitions') return first(parents).mapPartitions(onRows);
      return first(parents).mapPartitionsWithIndex((index, rows) => {
        if (!Number.isInteger(index)) throw new Error(`the index of a partition is ${index}`);
        return onRows(rows);
      });
    },
    oracle: ({ call }, parents) => {
      const f = answering('map', call);
      if (name === 'mapPartitions') return ofRows.mapPartitions(first(parents), (rows) => rows.map(f));
      return ofRows.mapPartitionsWithIndex(first(parents), (_index, rows) => rows.map(f));
    },
    show: ({ call, isAsync }) => `${show(call)}${isAsync ? ', asynchronously' : ''}`,
  };
}

export const mapPartitions: Operator<ByPartition> = byPartition('mapPartitions');
export const mapPartitionsWithIndex: Operator<ByPartition> = byPartition('mapPartitionsWithIndex');

interface Calling {
  readonly call: Call;
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly onError: 'fail' | 'drop' | 'replace';
}

/** Calls that take some turns of the promises, more for some rows than for others; some answer at once. */
export const mapAsync: Operator<Calling> = {
  name: 'mapAsync',
  arbitrary: fc.record({
    call: callOf('map', 4).map(throwing),
    concurrency: fc.integer({ min: 1, max: 5 }),
    ordered: fc.boolean(),
    onError: fc.constantFrom('fail', 'drop', 'replace'),
  }),
  takes: ({ call }) => kindsOf('map', call).takes,
  ...alone,
  shape: ({ call }, parents) => ({ ...first(parents), kind: kindsOf('map', call).gives }),
  build: ({ call, concurrency, ordered, onError }, parents) => {
    const f = answering('map', call);
    const later = async (row: Row, turns: number): Promise<Row> => {
      for (let turn = turns; turn > 0; turn--) await Promise.resolve();
      return f(row);
    };
    const calling = (row: Row): Row | Promise<Row> => (turnsFor(row) === 0 ? f(row) : later(row, turnsFor(row)));
    return first(parents).mapAsync<Row>(calling, {
      concurrency,
      ordered,
      onError: onError === 'replace' ? () => replacement(kindsOf('map', call).gives) : onError,
    });
  },
  oracle: ({ call, ordered, onError }, parents) => {
    const instead = onError === 'replace' ? () => replacement(kindsOf('map', call).gives) : onError;
    return ofRows.mapAsync(first(parents), answering('map', call), { ordered, onError: instead });
  },
  show: ({ call, ...options }) => `${show(call)}, ${inspect(options, { breakLength: Number.POSITIVE_INFINITY })}`,
};

function turnsFor(row: Row): number {
  const n = Array.isArray(row) ? row[1] : row;
  return Math.abs(Number(n)) % 4;
}

function replacement(kind: Kind): Row {
  return kind === 'pairs' ? ['instead', 7] : 7;
}

interface Spreading {
  readonly call: Call;
  readonly isArray: boolean;
}

/** The value, then what a function makes of it: of a generator the first is there when the second throws. */
export const flatMapValues: Operator<Spreading> = {
  name: 'flatMapValues',
  arbitrary: fc.record({ call: callOf('mapValues').map(throwing), isArray: fc.boolean() }),
  takes: () => 'pairs',
  ...alone,
  shape: (_, parents) => ({ ...first(parents), rowsMax: first(parents).rowsMax * 2 }),
  build: (args, parents) => first(parents).flatMapValues(spread(args)),
  oracle: (args, parents) => ofPairs.flatMapValues(first(parents), spread(args)),
  show: ({ call, isArray }) => `${show(call)}, in ${isArray ? 'an array' : 'a generator'}`,
};

function spread({ call, isArray }: Spreading): (value: Row) => Iterable<Row> {
  const f = answering('mapValues', call);
  if (isArray) return (value) => [value, f(value)];
  return function* (value) {
    yield value;
    yield f(value);
  };
}
