/**
 * The lock against a model: however several processes take it, release it and die, it never has two owners that live,
 * and when nobody has it and some want it, somebody gets it.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Lock, lockFolder } from '../../src/checkpoint/lock.ts';
import { type TestRuntime, testRuntime } from '../../src/core/test-runtime.ts';
import { layered } from '../sources/file-kit.ts';

interface Contender {
  readonly runtime: TestRuntime;
  lock: Lock | undefined;
  isDead: boolean;
}

const round = fc.record({
  /** What the owner does before the others come. */
  owner: fc.constantFrom('stays', 'releases', 'dies'),
  contenders: fc.integer({ min: 1, max: 4 }),
});

test('a lock never has two owners that live, and never none when some want it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(round, { maxLength: 5 }), async (s, rounds) => {
      const base = testRuntime();
      const storage = layered(base.storage, {
        list: s.scheduleFunction((folder: string) => base.storage.list(folder)),
        read: s.scheduleFunction((path: string) => base.storage.read(path)),
        remove: s.scheduleFunction((path: string) => base.storage.remove(path)),
        createExclusive: s.scheduleFunction((path: string, bytes: Uint8Array) =>
          base.storage.createExclusive(path, bytes),
        ),
      });
      const processes: Contender[] = [];
      const owners = (): Contender[] => processes.filter(({ lock, isDead }) => lock !== undefined && !isDead);
      const take = async (contender: Contender): Promise<void> => {
        const runtime = { ...contender.runtime, storage };
        try {
          contender.lock = await lockFolder({ runtime, folder: '/log', tell: () => undefined });
        } catch (error) {
          expect(error).toMatchObject({ code: 'CHECKPOINT.OWNED' });
        }
        expect(owners().length).toBeLessThanOrEqual(1);
      };
      const leave = async (owner: Contender, how: string): Promise<void> => {
        if (how === 'dies') owner.runtime.processes.end();
        if (how === 'dies') owner.isDead = true;
        if (how === 'releases') {
          const { lock } = owner;
          owner.lock = undefined;
          await lock?.release();
        }
      };
      for (const { owner, contenders } of rounds) {
        const next = Array.from({ length: contenders }, () => {
          const runtime = { ...base, processes: base.processes.another() };
          return { runtime, lock: undefined, isDead: false };
        });
        processes.push(...next);
        const taking = next.map(take);
        // While they look: they may see it before, or after.
        for (const each of owners()) await leave(each, owner);
        await s.waitFor(Promise.all(taking));
        if (owner !== 'stays') {
          // Those who saw it before were refused; one that comes now is not, unless one of them has it.
          const last = { runtime: { ...base, processes: base.processes.another() }, lock: undefined, isDead: false };
          processes.push(last);
          await s.waitFor(take(last));
        }
        expect(owners().length).toBe(1);
      }
    }),
  );
});
