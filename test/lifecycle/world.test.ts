import { describe, expect, it } from 'vitest';
import { CallSite } from '../../src/core/call-site.ts';
import { BugError } from '../../src/core/errors.ts';
import { type Holder, worldOf } from '../../src/lifecycle/world.ts';

const holder = (): Holder => ({ madeAt: CallSite.here() });

describe('the world of a runtime', () => {
  it('is the same for the same runtime and another for each other', () => {
    const [here, there] = [{}, {}];
    worldOf(here).streamingContext.claim(holder());
    expect(worldOf(here).streamingContext.holder).toBeDefined();
    expect(worldOf(there).streamingContext.holder).toBeUndefined();
  });

  it('has a place for a SparkContext and another for an active StreamingContext', () => {
    const world = worldOf({});
    const [spark, streaming] = [holder(), holder()];
    world.sparkContext.claim(spark);
    world.streamingContext.claim(streaming);
    expect([world.sparkContext.holder, world.streamingContext.holder]).toEqual([spark, streaming]);
  });

  it('gives a released place to the next', () => {
    const { streamingContext } = worldOf({});
    const [first, second] = [holder(), holder()];
    streamingContext.claim(first);
    streamingContext.release(first);
    expect(streamingContext.holder).toBeUndefined();
    streamingContext.claim(second);
    expect(streamingContext.holder).toBe(second);
  });

  it('takes a claim to a taken place for a bug, and keeps the holder', () => {
    const { streamingContext } = worldOf({});
    const first = { ...holder(), startedAt: CallSite.here() };
    streamingContext.claim(first);
    expect(() => streamingContext.claim(holder())).toThrowError(BugError);
    expect(() => streamingContext.claim(first)).toThrowErrorMatchingInlineSnapshot(`
      [BugError: [BUG.ASSERTION] An invariant does not hold: the place of the active StreamingContext is free to claim (held by the one made in world.test.ts:6, started in world.test.ts:36).
        why  Firesteel checks itself while it runs and has found itself wrong.
        fix  Please report this with the text above: it is a mistake of firesteel, not of your program.]
    `);
    expect(streamingContext.holder).toBe(first);
  });

  it('takes a release by anybody but the holder for a bug, and keeps the holder', () => {
    const { sparkContext } = worldOf({});
    const first = holder();
    sparkContext.claim(first);
    expect(() => sparkContext.release(holder())).toThrowErrorMatchingInlineSnapshot(`
      [BugError: [BUG.ASSERTION] An invariant does not hold: the place of the SparkContext is released by its holder (made in world.test.ts:6).
        why  Firesteel checks itself while it runs and has found itself wrong.
        fix  Please report this with the text above: it is a mistake of firesteel, not of your program.]
    `);
    expect(sparkContext.holder).toBe(first);
  });

  it('takes the release of a free place for a bug', () => {
    expect(() => worldOf({}).sparkContext.release(holder())).toThrowErrorMatchingInlineSnapshot(`
      [BugError: [BUG.ASSERTION] An invariant does not hold: the place of the SparkContext is released by its holder (nobody holds it).
        why  Firesteel checks itself while it runs and has found itself wrong.
        fix  Please report this with the text above: it is a mistake of firesteel, not of your program.]
    `);
  });
});
