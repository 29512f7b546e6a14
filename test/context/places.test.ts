import { InputDStream, SparkContext, StreamingContext, type UsageError } from 'firesteel';
import { expect, test } from 'vitest';
import { desk, Tray } from './kit.ts';

/** The place of the line it is called in, as an error writes it. */
function here(): string {
  const line = new Error('here').stack?.split('\n')[2] ?? '';
  return /[^/]+\.ts:\d+/.exec(line)?.[0] ?? 'no place';
}

/** The places that what f throws tells. */
function placesOf(f: () => unknown): readonly string[] {
  try {
    f();
  } catch (error) {
    return (error as UsageError).at;
  }
  return expect.fail('nothing was thrown');
}

const nothing = (): void => undefined;
const at = <T>(value: T, place: string): { readonly value: T; readonly place: string } => ({ value, place });

test('the place of a line is that of the line', () => {
  expect(here()).toMatch(/^places\.test\.ts:\d+$/);
});

test('a context that has stopped tells where, the first time', async () => {
  const ssc = desk().streaming();
  const stream = ssc.inputStream(new Tray());
  stream.foreachRDD(nothing);
  ssc.start();
  const stopped = at(ssc.stop(), here());
  await stopped.value;
  expect(placesOf(() => stream.count())).toEqual([`stopped in ${stopped.place}`]);
  expect(placesOf(() => ssc.start())[1]).toBe(`stopped in ${stopped.place}`);
  expect(placesOf(() => ssc.sparkContext.parallelize([1]))[1]).toBe(`stopped in ${stopped.place}`);
  await ssc.stop();
  expect(placesOf(() => ssc.start())[1]).toBe(`stopped in ${stopped.place}`);
});

test('a context that is active tells where it was started', async () => {
  const ssc = desk().streaming();
  const stream = ssc.inputStream(new Tray());
  stream.foreachRDD(nothing);
  const started = at(ssc.start(), here());
  expect(placesOf(() => stream.count())).toEqual([`started in ${started.place}`]);
  await ssc.stop();
});

test('a context that may not start tells where it was made, and where the other was started', async () => {
  const { runtime, sparkContext } = desk();
  const sc = sparkContext();
  const one = at(new StreamingContext(sc, '1 s', { runtime }), here());
  const other = at(new StreamingContext(sc, '1 s', { runtime }), here());
  for (const { value } of [one, other]) value.inputStream(new Tray()).foreachRDD(nothing);
  const started = at(one.value.start(), here());
  expect(placesOf(() => other.value.start())).toEqual([
    `made in ${other.place}`,
    `the other started in ${started.place}`,
  ]);
  await one.value.stop();
});

test('a program without an output is told where it was made', async () => {
  const { runtime, conf } = desk();
  const made = at(new StreamingContext(conf(), '1 s', { runtime }), here());
  expect(placesOf(() => made.value.start())).toEqual([`made in ${made.place}`]);
  await made.value.stop();
});

test('a context that failed to start tells where that was', () => {
  const { streaming } = desk();
  const ssc = streaming();
  const broken = new (class extends InputDStream<number> {
    override start(): void {
      throw new Error('no such table');
    }
    override compute(): undefined {
      return undefined;
    }
  })();
  const stream = ssc.inputStream(broken);
  stream.foreachRDD(nothing);
  expect(() => ssc.start()).toThrow('no such table');
  const failed = placesOf(() => ssc.start())[1];
  expect(failed).toMatch(/^failed to start in places\.test\.ts:\d+$/);
  expect(placesOf(() => stream.count())).toEqual([failed]);
});

test('a second SparkContext tells where it and the first were made', async () => {
  const { runtime, conf } = desk();
  const first = at(new SparkContext(conf(), { runtime }), here());
  let second = '';
  const places = placesOf(() => {
    second = here();
    new SparkContext(conf(), { runtime });
  });
  const line = Number(second.split(':')[1]) + 1;
  expect(places).toEqual([`made in places.test.ts:${line}`, `the other made in ${first.place}`]);
  await first.value.stop();
});

test('a SparkContext that has stopped tells where it was made and stopped, and so does what it ended', async () => {
  const { runtime, conf } = desk();
  const made = at(new SparkContext(conf(), { runtime }), here());
  const ssc = new StreamingContext(made.value, '1 s', { runtime });
  ssc.inputStream(new Tray()).foreachRDD(nothing);
  ssc.start();
  const stopped = at(made.value.stop(), here());
  await stopped.value;
  const places = [`made in ${made.place}`, `stopped in ${stopped.place}`];
  expect(placesOf(() => made.value.parallelize([1]))).toEqual(places);
  expect(placesOf(() => made.value.emptyRDD())).toEqual(places);
  expect(placesOf(() => new StreamingContext(made.value, '1 s', { runtime }))).toEqual(places);
  expect(placesOf(() => ssc.start())[1]).toBe(`stopped in ${stopped.place}`);
});

test('a signal tells where it was aborted', async () => {
  const { runtime, streaming } = desk();
  const control = new AbortController();
  const ssc = streaming({}, { signal: control.signal });
  const stream = ssc.inputStream(new Tray());
  stream.foreachRDD(nothing);
  ssc.start();
  const aborted = at(control.abort(), here());
  await runtime.settle();
  expect(placesOf(() => stream.count())).toEqual([`stopped in ${aborted.place}`]);
  expect(placesOf(() => ssc.sparkContext.emptyRDD())[1]).toBe(`stopped in ${aborted.place}`);
});
