/**
 * The log against a plain model: what was synced is read back after any crash, and of the rest a beginning; whatever
 * bit of it is turned, somebody hears of it.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FiresteelError } from '../../src/core/errors.ts';
import type { MemoryStorage } from '../../src/core/memory-storage.ts';
import { seededRandom } from '../../src/core/random.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';
import { type Opened, openLog, record, replace } from '../checkpoint/kit.ts';

const text = fc.string({ maxLength: 24 });

const step = fc.oneof(
  { weight: 4, arbitrary: fc.array(text, { maxLength: 3 }).map((texts) => ({ do: 'append' as const, texts })) },
  { weight: 2, arbitrary: fc.constant({ do: 'sync' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'roll' as const }) },
  { weight: 1, arbitrary: fc.nat({ max: 3 }).map((behind) => ({ do: 'delete' as const, behind })) },
  { weight: 1, arbitrary: fc.constant({ do: 'open' as const }) },
  { weight: 2, arbitrary: fc.nat().map((seed) => ({ do: 'crash' as const, seed })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('append', 'sync', 'createExclusive', 'remove').map((action) => ({
      do: 'fail' as const,
      action: action as 'append' | 'sync' | 'createExclusive' | 'remove',
    })),
  },
);

const segmentBytesMax = 100;

/** Tries again while a fault that still waits meets the opening. */
async function openedAtLast(storage: MemoryStorage): Promise<Opened> {
  for (;;) {
    try {
      return await openLog(storage, { segmentBytesMax });
    } catch (error) {
      if ((error as FiresteelError).code !== 'STORAGE.FAILED') throw error;
    }
  }
}

test('whatever happens to it, a log has all that was safe, and of the rest a beginning', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { storage } = testRuntime();
      let { log } = await openLog(storage, { segmentBytesMax });
      /** All that the log may have, oldest first; the first `safe` of them it must have, but for those deleted. */
      let records: string[] = [];
      let safe = 0;
      /** How many of the oldest may be gone. */
      let deletable = 0;
      let rolledAt: { segment: number; count: number }[] = [];
      /** Opens it again and learns what is in it. */
      const open = async (): Promise<void> => {
        const opened = await openedAtLast(storage);
        log = opened.log;
        const begins = Array.from({ length: deletable + 1 }, (_, gone) => gone);
        const gone = begins.find((begin) => {
          const isLongEnough = begin + opened.texts.length >= safe;
          return isLongEnough && opened.texts.every((each, index) => each === records[begin + index]);
        });
        expect(
          gone,
          `${JSON.stringify(opened.texts)} of ${JSON.stringify({ records, safe, deletable })}`,
        ).toBeDefined();
        records = [...opened.texts];
        safe = records.length;
        deletable = 0;
        rolledAt = [];
      };
      for (const each of steps) {
        if (each.do === 'crash') {
          storage.crash({ random: seededRandom(each.seed) });
          await open();
        } else if (each.do === 'open') {
          await open();
        } else if (each.do === 'fail') {
          storage.failNext(each.action, 'EIO: i/o error');
        } else {
          try {
            if (each.do === 'append') {
              records.push(...each.texts);
              await log.append(each.texts.map(record));
            } else if (each.do === 'sync') {
              await log.sync();
              safe = records.length;
            } else if (each.do === 'roll') {
              rolledAt.push({ segment: await log.roll(), count: records.length });
              safe = records.length;
            } else {
              const rolled = rolledAt.at(-1 - each.behind);
              deletable = Math.max(deletable, rolled?.count ?? 0);
              if (rolled !== undefined) await log.deleteBefore(rolled.segment);
            }
          } catch (error) {
            expect(error).toMatchObject({ name: 'StateError' });
            await open();
          }
        }
      }
    }),
  );
});

test('a bit that is turned is noticed: as damage, or as a tail that is cut off', async () => {
  const program = fc.array(fc.tuple(fc.array(text, { minLength: 1, maxLength: 3 }), fc.boolean(), fc.boolean()), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(program, fc.nat(), fc.nat(), fc.nat({ max: 7 }), async (appends, file, at, bit) => {
      const { storage } = testRuntime();
      const { log } = await openLog(storage, { segmentBytesMax: 120 });
      const all: string[] = [];
      for (const [texts, isSynced, isRolled] of appends) {
        all.push(...texts);
        await log.append(texts.map(record));
        if (isSynced) await log.sync();
        if (isRolled) await log.roll();
      }
      const files = await storage.list('/log');
      const name = files[file % files.length]?.name ?? '';
      const bytes = await storage.read(`/log/${name}`);
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
      await replace(storage, `/log/${name}`, bytes);
      const opened = await openLog(storage, { segmentBytesMax: 120 }).catch((error: unknown) => error);
      if (opened instanceof Error) {
        expect(opened).toMatchObject({ code: 'CHECKPOINT.CORRUPT' });
        return;
      }
      const { texts, facts } = opened as Awaited<ReturnType<typeof openLog>>;
      expect([facts.length, name]).toEqual([1, files.at(-1)?.name]);
      expect(texts).toEqual(all.slice(0, texts.length));
      expect(texts.length).toBeLessThan(all.length);
    }),
  );
});
