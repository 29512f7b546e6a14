import { describe, expect, test } from 'vitest';
import { blockFromBytes, blockToBytes } from '../../src/checkpoint/block-record.ts';
import { type Block, blockOf } from '../../src/rdd/block.ts';
import { textChunk } from '../../src/rdd/chunk.ts';

const again = (block: Block): Block => blockFromBytes(blockToBytes({ source: 'lines', block })).block;

describe('a block as bytes', () => {
  test('comes back with its source, its chunks in order, and what was said of it', () => {
    const block = blockOf(
      'input-0-7',
      [
        { kind: 'rows', rows: [1, ['a', 2n], { at: new Date(5) }, null, undefined] },
        textChunk(Buffer.from('one\ntwo\r\n')),
        { kind: 'rows', rows: [new Map([['k', new Set([1])]]), Buffer.from('raw')] },
        textChunk(Buffer.from('three')),
      ],
      { offset: 12 },
    );
    expect(blockFromBytes(blockToBytes({ source: 'lines', block }))).toEqual({ source: 'lines', block });
  });

  test('needs nothing to be said of it, and may be empty', () => {
    for (const block of [
      blockOf('a', []),
      blockOf('b', [{ kind: 'rows', rows: [] }]),
      blockOf('c', [textChunk(Buffer.of())]),
    ]) {
      expect(again(block)).toEqual(block);
      expect('meta' in again(block)).toBe(false);
    }
  });

  test('keeps the bytes of text as they came, be they UTF-8 or not', () => {
    const bytes = Buffer.from([0xff, 0x0a, 0xc3, 0x28, 0x0d, 0x0a, 0x00, 0xed, 0xa0, 0x80]);
    expect(again(blockOf('a', [textChunk(bytes)])).chunks).toEqual([{ kind: 'text', bytes, rowCount: 3 }]);
  });

  test('shares no memory with the bytes that it is read from', () => {
    const bytes = blockToBytes({ source: 'lines', block: blockOf('a', [textChunk(Buffer.from('safe\n'))]) });
    const { block } = blockFromBytes(bytes);
    bytes.fill(0);
    expect(block.chunks).toEqual([textChunk(Buffer.from('safe\n'))]);
  });

  test('is read from the middle of other bytes', () => {
    const block = blockOf('a', [{ kind: 'rows', rows: [1] }, textChunk(Buffer.from('x\n'))]);
    const bytes = Buffer.concat([Buffer.from('head'), blockToBytes({ source: 's', block })]);
    expect(blockFromBytes(new Uint8Array(bytes.buffer, bytes.byteOffset + 4, bytes.length - 4)).block).toEqual(block);
  });

  test('that is cut short is a mistake of ours, since a checksum stands before it', () => {
    const bytes = blockToBytes({ source: 's', block: blockOf('a', [textChunk(Buffer.from('x\ny\n'))]) });
    expect(() => blockFromBytes(bytes.subarray(0, -1))).toThrow(expect.objectContaining({ code: 'BUG.ASSERTION' }));
  });

  test('cannot be made of what V8 does not take', () => {
    const block = blockOf('a', [{ kind: 'rows', rows: [() => 1] }]);
    expect(() => blockToBytes({ source: 's', block })).toThrow('could not be cloned');
  });
});
