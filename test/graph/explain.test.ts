import {
  contains,
  type DStream,
  defineOp,
  Milliseconds,
  pairWith,
  type Row,
  SparkConf,
  StateSpec,
  StorageLevel,
  StreamingContext,
  splitOn,
  sum,
} from 'firesteel';
import { testRuntime } from 'firesteel/testing';
import { expect, onTestFinished, test } from 'vitest';
import { unhandledIn } from '../ops/on-both.ts';

/** What is said of a stream; lines of this file change with every edit above them, so they are left out. */
function explained(make: (lines: DStream<string>) => DStream<Row>, settings: Record<string, string> = {}): string {
  const conf = new SparkConf().setMaster('local[2]').setAppName('explain');
  for (const [key, value] of Object.entries(settings)) conf.set(key, value);
  const ssc = new StreamingContext(conf, Milliseconds(1000), { runtime: testRuntime() });
  onTestFinished(() => ssc.stop());
  const stream = make(ssc.socketTextStream('localhost', 9999));
  stream.print();
  return stream.explain().replaceAll(/\.test\.ts:\d+/g, '.test.ts:…');
}

const pairs = (lines: DStream<string>): DStream<[string, number]> => lines.flatMap(splitOn(' ')).map(pairWith(1));

test('a word count that is understood', () => {
  expect(explained((lines) => pairs(lines).reduceByKey(sum))).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → map → reduceByKey (explain.test.ts:…)
      text: kernel over bytes: split on ' ', pair with 1, sum
      values: generated loop"
  `);
});

test('closures that are recognised, whether an output wants them or not', () => {
  const counts = (lines: DStream<string>) =>
    lines
      .flatMap((line) => line.split(' '))
      .map((word) => [word, 1])
      .reduceByKey((a, b) => a + b);
  expect(explained(counts)).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → map → reduceByKey (explain.test.ts:…)
      text: kernel over bytes: split on ' ', pair with 1, sum
      values: generated loop"
  `);
  const ssc = new StreamingContext(new SparkConf().setMaster('local').setAppName('explain'), Milliseconds(1000), {
    runtime: testRuntime(),
  });
  onTestFinished(() => ssc.stop());
  const grep = ssc.socketTextStream('localhost', 9999).filter((line) => line.includes('x'));
  expect(grep.explain()).toContain("kernel over bytes: lines with 'x'");
});

test('closures that are not', () => {
  const lower = (line: string): string[] => line.toLowerCase().split(' ');
  expect(explained((lines) => lines.flatMap(lower).map(pairWith(1)).reduceByKey(sum))).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → map → reduceByKey (explain.test.ts:…)
      generated loop: \`flatMap\` at explain.test.ts:… is given a function that is not understood"
  `);
  expect(explained((lines) => pairs(lines).reduceByKey((a, b) => Math.max(a, b)))).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → map → reduceByKey (explain.test.ts:…)
      generated loop: \`reduceByKey\` at explain.test.ts:… is given a function that is not understood"
  `);
  expect(
    explained((lines) =>
      lines
        .flatMap(splitOn(' '))
        .map((word) => [word, word.length])
        .reduceByKey(sum),
    ),
  ).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → map → reduceByKey (explain.test.ts:…)
      generated loop: \`map\` at explain.test.ts:… is given a function that is not understood"
  `);
});

test('filters, in front of what is understood and of what is not', () => {
  expect(
    explained((lines) => pairs(lines.filter(contains('to')).filter(contains("'"))).reduceByKey(sum)),
  ).toMatchInlineSnapshot(`
    "socketTextStream → filter → filter → flatMap → map → reduceByKey (explain.test.ts:…)
      text: kernel over bytes: lines with 'to', lines with '\\'', split on ' ', pair with 1, sum
      values: generated loop"
  `);
  expect(explained((lines) => lines.filter(contains('a')).map((line) => line.length))).toMatchInlineSnapshot(`
    "socketTextStream → filter → map (explain.test.ts:…)
      text: kernel over bytes: lines with 'a'; then generated loop: \`map\` at explain.test.ts:… is given a function that is not understood
      values: generated loop"
  `);
  expect(explained((lines) => lines.filter(contains('a')).count())).toMatchInlineSnapshot(`
    "socketTextStream → filter → count (explain.test.ts:…)
      text: kernel over bytes: lines with 'a', count
      values: generated loop
    count (explain.test.ts:…)
      generated loop: the rows of \`count\` are values"
  `);
  expect(explained((lines) => lines.filter(contains('a')))).toMatchInlineSnapshot(`
    "socketTextStream → filter (explain.test.ts:…)
      text: kernel over bytes: lines with 'a'; then generated loop: what comes of it is not counted
      values: generated loop"
  `);
});

test('arguments that bytes cannot have', () => {
  expect(explained((lines) => lines.flatMap(splitOn('')).countByValue())).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → countByValue (explain.test.ts:…)
      generated loop: \`flatMap\` at explain.test.ts:… splits on '', which is not one character of ASCII"
  `);
  expect(explained((lines) => lines.filter(contains('\ufffd')).count())).toMatchInlineSnapshot(`
    "socketTextStream → filter → count (explain.test.ts:…)
      generated loop: \`filter\` at explain.test.ts:… looks for '�', which bytes alone do not tell
    count (explain.test.ts:…)
      generated loop: the rows of \`count\` are values"
  `);
  expect(explained((lines) => lines.map(pairWith(0.5)).reduceByKey(sum))).toMatchInlineSnapshot(`
    "socketTextStream → map → reduceByKey (explain.test.ts:…)
      generated loop: \`map\` at explain.test.ts:… pairs with 0.5, which is no whole number up to a million"
  `);
});

test('what is understood, in a place where no kernel has it', () => {
  const words = (lines: DStream<string>): DStream<string> => lines.flatMap(splitOn(' '));
  expect(explained((lines) => words(lines).filter(contains('a')).countByValue())).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → filter → countByValue (explain.test.ts:…)
      generated loop: \`filter\` at explain.test.ts:… stands where no kernel has it"
  `);
  expect(explained((lines) => words(words(lines)).countByValue())).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → flatMap → countByValue (explain.test.ts:…)
      generated loop: \`flatMap\` at explain.test.ts:… stands where no kernel has it"
  `);
  expect(explained((lines) => lines.map(pairWith(1)).map(pairWith(1)).reduceByKey(sum))).toMatchInlineSnapshot(`
    "socketTextStream → map → map → reduceByKey (explain.test.ts:…)
      generated loop: \`map\` at explain.test.ts:… stands where no kernel has it"
  `);
  const pairsOf = (line: string): [string, number][] => [[line, 1]];
  expect(explained((lines) => lines.flatMap(pairsOf).filter(contains('a') as never))).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → filter (explain.test.ts:…)
      generated loop: \`flatMap\` at explain.test.ts:… is given a function that is not understood"
  `);
});

test('windows and state, whose batches are counted first', () => {
  expect(explained((lines) => pairs(lines).reduceByKeyAndWindow(sum, '2 s'))).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → map → reduceByKeyAndWindow (explain.test.ts:…)
      text: kernel over bytes: split on ' ', pair with 1, sum
      values: generated loop"
  `);
  expect(explained((lines) => lines.countByValueAndWindow('2 s', '1 s'))).toMatchInlineSnapshot(`
    "socketTextStream → countByValueAndWindow (explain.test.ts:…)
      text: kernel over bytes: pair with 1, sum
      values: generated loop"
  `);
  const addTo = (counts: number[], before: number | undefined): number => counts.reduce(sum, before ?? 0);
  expect(
    explained((lines) =>
      pairs(lines)
        .reduceByKey(sum)
        .updateStateByKey(addTo)
        .filter(([, n]) => n > 1),
    ),
  ).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → map → reduceByKey (explain.test.ts:…)
      text: kernel over bytes: split on ' ', pair with 1, sum
      values: generated loop
    updateStateByKey → filter (explain.test.ts:…)
      generated loop: \`filter\` at explain.test.ts:… is given a function that is not understood"
  `);
  const spec = StateSpec.function((word: string, n: number | undefined) => `${word}${n}`);
  expect(explained((lines) => pairs(lines).mapWithState(spec).stateSnapshots())).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → map → mapWithState (explain.test.ts:…)
      generated loop: what comes of it is not counted"
  `);
});

test('rows that are values', () => {
  expect(explained((lines) => pairs(lines).reduceByKey(sum).map(pairWith(1)).reduceByKey(sum))).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → map → reduceByKey (explain.test.ts:…)
      text: kernel over bytes: split on ' ', pair with 1, sum
      values: generated loop
    reduceByKey → map → reduceByKey (explain.test.ts:…)
      generated loop: the rows of \`reduceByKey\` are values"
  `);
  expect(
    explained((lines) => pairs(lines.filter(contains('a')).persist(StorageLevel.MEMORY_ONLY_SER)).reduceByKey(sum)),
  ).toMatchInlineSnapshot(`
    "socketTextStream → filter (explain.test.ts:…)
      text: kernel over bytes: lines with 'a'; then generated loop: what comes of it is not counted
      values: generated loop
    filter → flatMap → map → reduceByKey (explain.test.ts:…)
      generated loop: the rows of \`filter\` are values"
  `);
  expect(
    explained((lines) => pairs(lines.filter(contains('a')).window('2 s')).reduceByKey(sum)),
  ).toMatchInlineSnapshot(`
    "socketTextStream → filter (explain.test.ts:…)
      text: kernel over bytes: lines with 'a'; then generated loop: what comes of it is not counted
      values: generated loop
    filter → flatMap → map → reduceByKey (explain.test.ts:…)
      generated loop: the rows of \`filter\` are values"
  `);
  expect(explained((lines) => lines.mapPartitions((rows) => rows).countByValue())).toMatchInlineSnapshot(`
    "socketTextStream → mapPartitions (explain.test.ts:…)
      generated loop: \`mapPartitions\` at explain.test.ts:… asks for one row after the other
    mapPartitions → countByValue (explain.test.ts:…)
      generated loop: the rows of \`mapPartitions\` are values"
  `);
});

test('several parents, each once', () => {
  expect(
    explained((lines) => pairs(lines.union(lines.filter(contains('a')), lines)).reduceByKey(sum)),
  ).toMatchInlineSnapshot(`
    "socketTextStream → flatMap → map → reduceByKey (explain.test.ts:…)
      text: kernel over bytes: split on ' ', pair with 1, sum
      values: generated loop
    socketTextStream → filter → flatMap → map → reduceByKey (explain.test.ts:…)
      text: kernel over bytes: lines with 'a', split on ' ', pair with 1, sum
      values: generated loop"
  `);
});

test('what a function of the program plans', () => {
  expect(
    explained((lines) =>
      pairs(lines.repartition(3))
        .transform((rdd) => rdd.reduceByKey(sum))
        .filter(() => true),
    ),
  ).toMatchInlineSnapshot(`
    "repartition → flatMap → map → transform (explain.test.ts:…)
      known when a batch is planned: \`transform\` at explain.test.ts:… decides then
    transform → filter (explain.test.ts:…)
      known when a batch is planned: \`transform\` at explain.test.ts:… decides then"
  `);
});

test('operators of the program that plan something only in a batch', async () => {
  const none = defineOp<string>({ name: 'none', code: [], plan: () => undefined });
  const late = defineOp<string>({ name: 'late', code: [], plan: () => Promise.reject(new Error('too early')) });
  const broken = defineOp<string>({
    name: 'broken',
    code: [],
    plan: () => {
      throw new Error('too early');
    },
  });
  const unhandled = await unhandledIn(async () => {
    for (const op of [none, late, broken]) {
      expect(explained((lines) => lines.via(op).countByValue())).toBe(
        [
          `socketTextStream → ${op.name} (explain.test.ts:…)`,
          `  known when a batch is planned: \`${op.name}\` at explain.test.ts:… decides then`,
          `${op.name} → countByValue (explain.test.ts:…)`,
          `  known when a batch is planned: \`${op.name}\` at explain.test.ts:… decides then`,
        ].join('\n'),
      );
    }
  });
  expect(unhandled).toEqual([]);
});

test('a stream for which nothing is called', () => {
  expect(explained((lines) => lines)).toMatchInlineSnapshot(`
    "\`socketTextStream\` at explain.test.ts:…
      no function is called for its rows"
  `);
});

test('that it is not wanted', () => {
  const count = (lines: DStream<string>) => lines.countByValue();
  expect(explained(count, { 'firesteel.executor.kernels': 'false' })).toMatchInlineSnapshot(`
    "socketTextStream → countByValue (explain.test.ts:…)
      generated loop: firesteel.executor.kernels is false"
  `);
  expect(explained(count, { 'firesteel.executor.codegen': 'false' })).toMatchInlineSnapshot(`
    "socketTextStream → countByValue (explain.test.ts:…)
      text: kernel over bytes: pair with 1, sum
      values: interpreted loop"
  `);
});
