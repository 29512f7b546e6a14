import { type DStream, type Row, retry, type State, StateSpec, type StreamingContext, stop } from 'firesteel';
import type { SimulatedWorld } from 'firesteel/testing';

/** A program to simulate. */
export type Program = (ssc: StreamingContext, world: SimulatedWorld) => void;

const words = ['a', 'b', 'a', 'c', 'b', 'a', 'd', 'a', 'c', 'e', 'a', 'b', 'f', 'a', 'c', 'a'];
const more = ['b', 'g', 'a', 'a', 'h', 'c', 'b', 'b', 'i', 'a', 'd', 'e'];

function ones(stream: DStream<string>): DStream<[string, number]> {
  return stream.map((word): [string, number] => [word, 1]);
}

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;

/** How often each word was there, and gone when it was not there for two seconds. */
function countOf(word: string, one: number | undefined, sum: State<number>): [string, number] {
  const now = (sum.getOption() ?? 0) + (one ?? 0);
  if (!sum.isTimingOut()) sum.update(now);
  return [word, sum.isTimingOut() ? -now : now];
}

const counting = StateSpec.function(countOf).timeout('2 s');

function countUp(values: number[], sum: number | undefined): number | undefined {
  const now = (sum ?? 0) + values.length;
  return now > 4 ? undefined : now;
}

/** Programs by name: together they have what can be kept, read and written. */
export const programs: ReadonlyMap<string, Program> = new Map<string, Program>([
  [
    'rows as they come',
    (_, world) => {
      world.idempotent('rows', world.asked('words', words));
    },
  ],
  [
    'words of each batch',
    (_, world) => {
      world.appending('counts', ones(world.asked('words', words)).reduceByKey(add));
    },
  ],
  [
    'updateStateByKey',
    (_, world) => {
      world.idempotent('counts', ones(world.asked('words', words)).updateStateByKey(countUp));
    },
  ],
  [
    'mapWithState with a time-out',
    (_, world) => {
      const counts = ones(world.asked('words', words)).mapWithState(counting);
      world.appending('changes', counts);
      world.idempotent('all', counts.stateSnapshots());
    },
  ],
  [
    'a window',
    (_, world) => {
      world.idempotent('window', world.asked('words', words).window('3 s', '2 s'));
    },
  ],
  [
    'windows of sums',
    (_, world) => {
      const pairs = ones(world.asked('words', words));
      world.idempotent('ring', pairs.reduceByKeyAndWindow(add, '3 s'));
      world.appending('inverse', pairs.reduceByKeyAndWindow(add, subtract, '4 s', '2 s'));
    },
  ],
  [
    'a window over state',
    (_, world) => {
      const counts = ones(world.asked('words', words)).mapWithState(counting);
      world.idempotent('window', counts.window('3 s'));
      world.idempotent('state of it', counts.map(([word]): [string, number] => [word, 1]).updateStateByKey(countUp));
    },
  ],
  [
    'two sources',
    (_, world) => {
      const all = world.asked('words', words).union(world.asked('more', more));
      world.idempotent('counts', ones(all).updateStateByKey(countUp));
      world.appending('rows', all);
    },
  ],
  [
    'outputs that fail in different ways',
    (_, world) => {
      const pairs = ones(world.asked('words', words));
      const counts = pairs.updateStateByKey(countUp);
      world.idempotent('fails', counts);
      world.appending('retries', counts as DStream<Row>, { onFailure: retry(2, '200 ms') });
      world.idempotent('stops', pairs.reduceByKey(add) as DStream<Row>, { onFailure: stop });
    },
  ],
  [
    'a source that fails',
    (_, world) => {
      const pairs = ones(world.timed('words', words));
      world.idempotent('counts', pairs.updateStateByKey(countUp));
      world.idempotent('changes', pairs.mapWithState(counting));
      world.idempotent('inverse', pairs.reduceByKeyAndWindow(add, subtract, '3 s'));
    },
  ],
  [
    'windows over a source that fails',
    (_, world) => {
      const timed = world.timed('words', words);
      world.idempotent('ring', ones(timed).reduceByKeyAndWindow(add, '3 s'));
      world.idempotent('window', timed.window('3 s', '2 s'));
    },
  ],
  [
    'a window that slides over a source that fails',
    (_, world) => {
      const timed = world.timed('words', words);
      world.appending('rows', timed);
      world.idempotent('window', timed.window('4 s', '2 s'));
    },
  ],
  [
    'functions that throw',
    (_, world) => {
      const pairs = ones(world.asked('words', words));
      const counts = pairs.mapWithState(StateSpec.function(world.mayThrow(countOf)).timeout('2 s'));
      world.idempotent('counts', pairs.updateStateByKey(world.mayThrow(countUp)));
      world.idempotent('changes', counts);
      world.appending('window', pairs.reduceByKeyAndWindow(world.mayThrow(add), '3 s'));
    },
  ],
  [
    'batches that are set aside',
    (_, world) => {
      const counts = ones(world.timed('words', words)).reduceByKey(add);
      world.idempotent('counts', counts, { onFailure: world.aside('counts') });
      world.appending('again', counts, { onFailure: retry(1, '100 ms', world.aside('again')) });
    },
  ],
  [
    'a receiver',
    (_, world) => {
      const received = world.received('words', words);
      world.idempotent('rows', received);
      world.appending('counts', ones(received).updateStateByKey(countUp));
    },
  ],
  [
    'lines of a socket',
    (_, world) => {
      const lines = world.socket('lines', words);
      world.appending('rows', lines);
      world.idempotent('window', ones(lines).reduceByKeyAndWindow(add, '3 s'));
    },
  ],
  [
    'all kinds of sources',
    (ssc, world) => {
      const all = ssc.union([world.asked('words', words), world.received('more', more), world.socket('lines', more)]);
      world.idempotent('counts', ones(all).mapWithState(counting));
      world.idempotent('window', all.countByWindow('3 s', '1 s'));
    },
  ],
]);
