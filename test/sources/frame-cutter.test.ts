import { describe, expect, test } from 'vitest';
import { FrameCutter } from '../../src/sources/frame-cutter.ts';

const head = (length: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(length);
  return bytes;
};
const frame = (text: string): Buffer => Buffer.concat([head(text.length), Buffer.from(text)]);
const cut = (cutter: FrameCutter, bytes: Buffer): readonly string[] => [...cutter.add(bytes)].map(String);

describe('a frame', () => {
  test('comes out when its last byte has come', () => {
    const cutter = new FrameCutter(10);
    const bytes = frame('rows');
    for (const byte of bytes.subarray(0, -1)) expect(cut(cutter, Buffer.of(byte))).toEqual([]);
    expect(cut(cutter, bytes.subarray(-1))).toEqual(['rows']);
  });

  test('comes out with others of the same packet, and the rest waits', () => {
    const cutter = new FrameCutter(10);
    expect(cut(cutter, Buffer.concat([frame('a'), frame('bc'), frame('def').subarray(0, 5)]))).toEqual(['a', 'bc']);
    expect(cut(cutter, Buffer.from('ef'))).toEqual(['def']);
  });

  test('may be empty, or as long as is allowed', () => {
    const cutter = new FrameCutter(3);
    expect(cut(cutter, Buffer.concat([frame(''), frame('abc')]))).toEqual(['', 'abc']);
  });

  test.each([-1, 4, 2 ** 31 - 1, -(2 ** 31)])('of %d bytes is refused, behind those that were good', (length) => {
    const cutter = new FrameCutter(3);
    const seen: string[] = [];
    const read = (): void => {
      for (const each of cutter.add(Buffer.concat([frame('abc'), head(length)]))) seen.push(String(each));
    };
    expect(read).toThrow(`a frame of ${length} bytes`);
    expect(seen).toEqual(['abc']);
  });
});

test('what a bad length is told', () => {
  expect(() => [...new FrameCutter(16).add(Buffer.from('GET / HTTP/1.1'))]).toThrowErrorMatchingInlineSnapshot(`
    [SourceError: [SOCKET.BAD_FRAME_LENGTH] A raw socket announced a frame of 1195725856 bytes.
      why  A frame may have 0 to 16 bytes. Most likely these 4 bytes are no length at all.
      fix  Let the server send the length of each frame as 4 bytes, big-endian, and cut larger blocks into several.]
  `);
});
