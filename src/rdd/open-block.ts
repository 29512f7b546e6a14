import { type Chunk, textChunk, textChunkBytes } from './chunk.ts';

/** The rows of a block while they come: values in the order of arrival, text gathered into chunks of about 64 KiB. */
export class OpenBlock {
  #chunks: Chunk[] = [];
  #values: unknown[] = [];
  #text: Buffer[] = [];
  #textBytes = 0;

  get isEmpty(): boolean {
    return this.#chunks.length === 0 && this.#values.length === 0 && this.#text.length === 0;
  }

  addRow(row: unknown): void {
    if (this.#textBytes > 0) this.#endText();
    this.#values.push(row);
  }

  /** Whole lines; one that does not end in LF is given its end. @returns how many bytes the block grew */
  addLines(bytes: Buffer): number {
    if (bytes.length === 0) return 0;
    if (this.#values.length > 0) this.#endValues();
    const added = bytes[bytes.length - 1] === lineFeed[0] ? [bytes] : [bytes, lineFeed];
    const addedBytes = bytes.length + added.length - 1;
    this.#text.push(...added);
    this.#textBytes += addedBytes;
    if (this.#textBytes >= textChunkBytes) this.#endText();
    return addedBytes;
  }

  /** All of it; the block is empty afterwards. */
  cut(): readonly Chunk[] {
    if (this.#values.length > 0) this.#endValues();
    if (this.#textBytes > 0) this.#endText();
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  #endValues(): void {
    this.#chunks.push({ kind: 'rows', rows: this.#values });
    this.#values = [];
  }

  #endText(): void {
    const [only] = this.#text;
    const bytes = this.#text.length === 1 && only !== undefined ? only : Buffer.concat(this.#text, this.#textBytes);
    this.#chunks.push(textChunk(bytes));
    this.#text = [];
    this.#textBytes = 0;
  }
}

const lineFeed = Buffer.from('\n');
