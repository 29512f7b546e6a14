/** Cuts a stream of bytes behind its last line end; what follows waits for the rest of its line. No string is made. */
export class LineCutter {
  readonly #lineBytesMax: number;
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** @param lineBytesMax a line that is longer is too long, since it would have to be kept whole in memory */
  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** The whole lines that these bytes complete; undefined when they complete none. */
  add(bytes: Buffer): Buffer | undefined {
    const end = bytes.lastIndexOf(lineFeed) + 1;
    if (end === 0) {
      this.#keep(bytes);
      return undefined;
    }
    const whole = bytes.subarray(0, end);
    const lines = this.#rest.length === 0 ? whole : Buffer.concat([...this.#rest, whole]);
    this.#rest = [];
    this.#restBytes = 0;
    if (end < bytes.length) this.#keep(bytes.subarray(end));
    return lines;
  }

  /** Whether a line has begun that is too long. */
  get isTooLong(): boolean {
    return this.#restBytes > this.#lineBytesMax;
  }

  /** What is left when no more bytes come: a line without an end; undefined when there is none. */
  end(): Buffer | undefined {
    const rest = this.#rest.length === 0 ? undefined : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    return rest;
  }

  #keep(bytes: Buffer): void {
    this.#rest.push(bytes);
    this.#restBytes += bytes.length;
  }
}

const lineFeed = 10;
