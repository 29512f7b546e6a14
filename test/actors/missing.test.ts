/**
 * Every message, and every actor, is needed: a program that goes without one breaks a law, and the law says which.
 *
 * Each scenario runs a program on a bus that loses some messages, and judges it by what can be seen from outside: what
 * was printed, what listeners heard, what the server of a test sees of its connection, when the stop ended.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ActorMessage } from '../../src/actors/messages.ts';
import type { Posted } from '../../src/core/bus.ts';
import { countWords, play } from './play.ts';
import type { Scenario } from './scenarios.ts';
import * as commonScenarios from './scenarios.ts';
import * as checkpointScenarios from './scenarios-of-checkpoints.ts';

const { scenario: _maker, hasHeard: _helper, ...common } = commonScenarios;
const scenarios = { ...common, ...checkpointScenarios };

type Needed = readonly [scenario: Scenario, violation: string];

const { fiveBatches, gracefulStop, hardStop, restart, unknownHost, complaint } = scenarios;
const { writtenDown } = scenarios;
const { heldSource, safeBlocks, failedJob, fatalFailure, refusedBatch, noRDD, bug } = scenarios;

/** What happens without a message; the compiler holds the table complete. */
const withoutMessage: Readonly<Record<ActorMessage['type'], Needed>> = {
  'streaming.started': [fiveBatches, 'the start is not told'],
  'receiver.start': [fiveBatches, 'the receiver is not started'],
  'receiver.started': [fiveBatches, 'the start of the receiver is not told'],
  'receiver.up': [fiveBatches, 'the start of the receiver is not told'],
  'clock.start': [fiveBatches, 'no batch is submitted'],
  'batch.tick': [fiveBatches, 'no batch is submitted'],
  'block.seal': [fiveBatches, 'no batch is submitted'],
  'block.sealed': [fiveBatches, 'no batch is submitted'],
  'block.stored': [fiveBatches, 'the rows of the first batch are lost'],
  'input.planned': [fiveBatches, 'no batch is submitted'],
  'rdd.ready': [fiveBatches, 'no batch is submitted'],
  'job.ready': [fiveBatches, 'no batch is submitted'],
  'batch.submitted': [fiveBatches, 'no batch is submitted'],
  'batch.started': [fiveBatches, 'no batch begins'],
  'output.started': [fiveBatches, 'no output begins'],
  'job.run': [fiveBatches, 'no job runs'],
  'job.done': [fiveBatches, 'no output ends'],
  'output.completed': [fiveBatches, 'no output ends'],
  'batch.completed': [fiveBatches, 'no batch ends'],
  'batch.ended': [fiveBatches, 'the clock stands still'],
  'batch.sealed': [fiveBatches, 'the memory of ended batches is not freed'],
  'block.safe': [safeBlocks, 'a block that is safe is not acknowledged'],
  'block.refused': [safeBlocks, 'a block that is refused is not told of'],
  'block.freed': [fiveBatches, 'the memory of ended batches is not freed'],

  'context.stop': [gracefulStop, 'the stop does not end'],
  'input.close': [gracefulStop, 'the connection stays open'],
  'receiver.stop': [gracefulStop, 'the connection stays open'],
  'receiver.stopped': [gracefulStop, 'the stop of the receiver is not told'],
  'receiver.down': [gracefulStop, 'the stop of the receiver is not told'],
  'receiver.close': [gracefulStop, 'the stop takes longer than the work'],
  'receiver.closed': [gracefulStop, 'the stop takes longer than the work'],
  'input.closed': [gracefulStop, 'the stop takes longer than the work'],
  'clock.stop': [gracefulStop, 'the stop does not end'],
  'clock.stopped': [gracefulStop, 'the stop does not end'],
  'jobs.finish': [gracefulStop, 'the stop warns'],
  'jobs.finished': [gracefulStop, 'the stop does not end'],
  'input.stop': [gracefulStop, 'a source is not let go of'],
  'input.stopped': [gracefulStop, 'the stop takes longer than the work'],
  'context.drained': [gracefulStop, 'the stop does not end'],
  'jobs.list': [gracefulStop, 'what the stop waits for is not told'],
  'jobs.listed': [gracefulStop, 'what the stop waits for is not told'],
  'streaming.stopping': [gracefulStop, 'what the stop waits for is not told'],

  'batch.planned': [writtenDown, 'no output begins'],
  'batch.logged': [writtenDown, 'no output begins'],
  'batch.over': [writtenDown, 'a batch would be done again'],
  'checkpoint.close': [writtenDown, 'the directory stays taken'],
  'checkpoint.closed': [writtenDown, 'the stop takes longer than the work'],

  'jobs.stop': [hardStop, 'the stop does not end'],
  'job.abort': [hardStop, 'the job is given up without being told'],

  'receiver.restart': [restart, 'there is no second connection'],
  'receiver.failed': [unknownHost, 'it is not tried again'],
  'receiver.trouble': [unknownHost, 'the failure is not told'],
  'receiver.complained': [complaint, 'the complaint is not told'],

  'source.hold': [heldSource, 'the source is not held'],
  'source.release': [heldSource, 'the source is not released'],

  'job.failed': [failedJob, 'the failed batch does not end'],
  'error.reported': [failedJob, 'the failure is not reported'],
  'program.failed': [fatalFailure, 'the context goes on'],
  'rdd.failed': [refusedBatch, 'the refusal is not reported'],
  'job.refused': [refusedBatch, 'later batches do not run'],
  'rdd.none': [noRDD, 'later batches do not run'],
  'job.none': [noRDD, 'later batches do not run'],
  'bug.found': [bug, 'the bug is not reported'],
};

/** What happens without an actor of the word count. */
const withoutActor: Readonly<Record<string, Needed>> = {
  listeners: [fiveBatches, 'the start is not told'],
  scheduler: [fiveBatches, 'no batch is submitted'],
  drain: [gracefulStop, 'the stop does not end'],
  'sink:4:print': [fiveBatches, 'no job runs'],
  'stage:1:flatMap': [fiveBatches, 'no batch is submitted'],
  'stage:2:map': [fiveBatches, 'no batch is submitted'],
  'stage:3:reduceByKey': [fiveBatches, 'no batch is submitted'],
  'input:0:socketTextStream': [fiveBatches, 'no batch is submitted'],
  'receiver:0': [fiveBatches, 'the receiver is not started'],
  'supervisor:0': [fiveBatches, 'the receiver is not started'],
  clock: [fiveBatches, 'no batch is submitted'],
};

const plays = Object.entries(scenarios);
const ofType = (type: string) => (posted: Posted) => posted.message.type === type;
const ofActor = (address: string) => (posted: Posted) => posted.to === address || posted.from === address;

test.each(plays)('%s breaks no law when no message is lost', async (_name, scenario) => {
  expect(await scenario.violations()).toEqual([]);
});

test('no scenario breaks a law, whatever the order in which messages of different pairs arrive', async () => {
  const anySeed = fc.asyncProperty(fc.nat(), async (seed) => {
    for (const [name, scenario] of plays) expect([name, ...(await scenario.violations({ seed }))]).toEqual([name]);
  });
  await fc.assert(anySeed, { numRuns: 20 });
});

describe('without the message', () => {
  test.each(Object.entries(withoutMessage))('%s', async (type, [scenario, violation]) => {
    expect(await scenario.violations({ isLost: ofType(type) })).toContain(violation);
  });
});

describe('without the actor', () => {
  test.each(Object.entries(withoutActor))('%s', async (address, [scenario, violation]) => {
    expect(await scenario.violations({ isLost: ofActor(address) })).toContain(violation);
  });

  test('none of the word count is left out above', async () => {
    const stage = play();
    const seen = new Set<string>();
    stage.ssc.onMessage = ({ to }) => seen.add(to);
    countWords(stage);
    stage.ssc.start();
    await stage.runtime.clock.advance(1000);
    await stage.ssc.stop();
    seen.delete('context');
    expect([...seen].sort()).toEqual(Object.keys(withoutActor).sort());
  });
});

test('each message is needed on each of its ways, and each law is there for one of them', async () => {
  const superfluous: string[] = [];
  const unbroken = new Set(plays.flatMap(([name, { laws }]) => laws.map((law) => `${name}: ${law}`)));
  for (const [way, users] of await waysOfAll()) {
    const isLost = (posted: Posted): boolean => wayOf(posted) === way;
    const broken: string[] = [];
    for (const [name, scenario] of users) {
      for (const law of await scenario.violations({ isLost })) broken.push(`${name}: ${law}`);
    }
    if (broken.length === 0) superfluous.push(way);
    for (const law of broken) unbroken.delete(law);
  }
  expect({ superfluous, unbroken: [...unbroken] }).toEqual({ superfluous: [], unbroken: [] });
});

/** `scheduler → sink job.run`: from which kind of actor to which. */
function wayOf({ from, to, message }: Posted): string {
  return `${from.split(':')[0]} → ${to.split(':')[0]} ${message.type}`;
}

/** All ways that messages go in any scenario, and who uses each. */
async function waysOfAll(): Promise<ReadonlyMap<string, ReadonlyMap<string, Scenario>>> {
  const ways = new Map<string, Map<string, Scenario>>();
  for (const [name, scenario] of plays) {
    const isLost = (posted: Posted): boolean => {
      const way = wayOf(posted);
      ways.set(way, (ways.get(way) ?? new Map()).set(name, scenario));
      return false;
    };
    await scenario.violations({ isLost });
  }
  return ways;
}
