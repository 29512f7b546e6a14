import { afterEach, expect, test, vi } from 'vitest';
import { systemTerminal } from '../../src/core/terminal.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('writes to the streams of the process', () => {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  systemTerminal().out('a line\n');
  systemTerminal().err('a warning\n');
  expect([out.mock.calls, err.mock.calls]).toEqual([[['a line\n']], [['a warning\n']]]);
});
