import { SourceError } from '../core/errors.ts';

/** Cuts a stream of bytes into frames: 4 bytes with the length, big-endian, then so many bytes. */
export class FrameCutter {
  readonly #frameBytesMax: number;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  /** Of the frame that has begun, once its head is there. */
  #length: number | undefined;

  /** @param frameBytesMax a frame that is longer is an error, since it has to be kept whole in memory */
  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  /**
   * The frames that these bytes complete; what follows waits for the rest of its frame.
   *
   * @throws SourceError (SOCKET.BAD_FRAME_LENGTH) behind the last good frame
   */
  *add(bytes: Buffer): Generator<Buffer, void> {
    this.#parts.push(bytes);
    this.#partsBytes += bytes.length;
    for (;;) {
      if (this.#length === undefined) {
        if (this.#partsBytes < headBytes) return;
        this.#length = this.#checked(this.#take(headBytes).readInt32BE());
      }
      if (this.#partsBytes < this.#length) return;
      const frame = this.#take(this.#length);
      this.#length = undefined;
      yield frame;
    }
  }

  #take(length: number): Buffer {
    const [only] = this.#parts;
    const all = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts, this.#partsBytes);
    this.#parts = [all.subarray(length)];
    this.#partsBytes -= length;
    return all.subarray(0, length);
  }

  #checked(length: number): number {
    if (length >= 0 && length <= this.#frameBytesMax) return length;
    const facts = { length, frameBytesMax: this.#frameBytesMax };
    throw new SourceError('SOCKET.BAD_FRAME_LENGTH', facts, { retryable: true });
  }
}

const headBytes = 4;
