import { expect, test } from 'vitest';
import { MemoryTerminal } from '../../src/core/memory-terminal.ts';

test('keeps output and errors apart, and forgets the output that was taken', () => {
  const terminal = new MemoryTerminal();
  terminal.out('one\n');
  terminal.err('oh\n');
  terminal.out('two\n');
  expect([terminal.output, terminal.errors]).toEqual(['one\ntwo\n', 'oh\n']);
  expect(terminal.takeOutput()).toBe('one\ntwo\n');
  terminal.out('three\n');
  terminal.err('no\n');
  expect([terminal.output, terminal.takeOutput(), terminal.output]).toEqual(['three\n', 'three\n', '']);
  expect(terminal.errors).toBe('oh\nno\n');
});
