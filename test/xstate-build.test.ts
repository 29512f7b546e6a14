import { expect, inject, test, vi } from 'vitest';
import { createActor, createMachine } from 'xstate';

const build = inject('xstateBuild');

test(`runs on the ${build} build of xstate`, () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const actor = createActor(createMachine({})).start();
  actor.stop();
  actor.send({ type: 'late' });
  expect(warn).toHaveBeenCalledTimes(build === 'development' ? 1 : 0);
  warn.mockRestore();
});
