import { expect, test, vi } from 'vitest';
import { Emitter } from '../../src/core/emitter.ts';

interface Events {
  readonly started: { readonly timeMs: number };
  readonly ended: string;
}

const noErrors = (error: unknown): never => expect.fail(`no error was expected: ${error}`);

test('tells each listener of its own event, in the order in which they came', () => {
  const emitter = new Emitter<Events>(noErrors);
  const heard: unknown[] = [];
  emitter.on('started', (event) => heard.push(['first', event.timeMs]));
  emitter.on('ended', (event) => heard.push(['ended', event]));
  emitter.on('started', (event) => heard.push(['second', event.timeMs]));
  emitter.emit('started', { timeMs: 5 });
  emitter.emit('ended', 'well');
  expect(heard).toEqual([
    ['first', 5],
    ['second', 5],
    ['ended', 'well'],
  ]);
});

test('tells nobody who has gone, by either way', () => {
  const emitter = new Emitter<Events>(noErrors);
  const [one, two, three] = [vi.fn(), vi.fn(), vi.fn()];
  const leave = emitter.on('ended', one);
  emitter.on('ended', two);
  emitter.on('ended', three);
  leave();
  leave();
  emitter.off('ended', two);
  emitter.off('ended', vi.fn());
  emitter.emit('ended', 'x');
  expect([one.mock.calls, two.mock.calls, three.mock.calls]).toEqual([[], [], [['x']]]);
});

test('tells a listener once, however often it was added', () => {
  const emitter = new Emitter<Events>(noErrors);
  const listener = vi.fn();
  emitter.on('ended', listener);
  emitter.on('ended', listener);
  emitter.emit('ended', 'x');
  expect(listener).toHaveBeenCalledTimes(1);
});

test('reports a listener that throws, and still tells the others', () => {
  const reported: unknown[] = [];
  const emitter = new Emitter<Events>((error, name) => reported.push([name, error]));
  const after = vi.fn();
  const error = new Error('no');
  emitter.on('ended', () => {
    throw error;
  });
  emitter.on('ended', after);
  emitter.emit('ended', 'x');
  expect(reported).toEqual([['ended', error]]);
  expect(after).toHaveBeenCalledTimes(1);
});

test('reports a listener whose promise rejects', async () => {
  const reported: unknown[] = [];
  const emitter = new Emitter<Events>((error, name) => reported.push([name, error]));
  emitter.on('started', () => Promise.reject('gone') as never);
  emitter.emit('started', { timeMs: 1 });
  await Promise.resolve();
  expect(reported).toEqual([['started', 'gone']]);
});

test('lets a listener leave, or another come, while it is told', () => {
  const emitter = new Emitter<Events>(noErrors);
  const late = vi.fn();
  const heard: string[] = [];
  const leave = emitter.on('ended', (event) => {
    heard.push(event);
    leave();
    emitter.on('ended', late);
  });
  emitter.emit('ended', '1');
  expect(late.mock.calls).toEqual([]);
  emitter.emit('ended', '2');
  expect(heard).toEqual(['1']);
  expect(late.mock.calls).toEqual([['2']]);
});

test('is no trouble when nobody listens', () => {
  expect(() => new Emitter<Events>(noErrors).emit('ended', 'x')).not.toThrow();
});
