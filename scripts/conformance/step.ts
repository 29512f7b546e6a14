import { type DStream, type Duration, Milliseconds, type Row, type StreamingContext } from 'firesteel';
import { CaseMistake, type Json, type StepData } from './cases.ts';

/** A step of a program with its inputs at hand. It knows which of its parameters have been read. */
export class Step {
  readonly ssc: StreamingContext;
  readonly inputs: readonly DStream<Row>[];
  readonly #data: StepData;
  readonly #unread: Set<string>;

  constructor(ssc: StreamingContext, data: StepData, inputs: readonly DStream<Row>[]) {
    this.ssc = ssc;
    this.inputs = inputs;
    this.#data = data;
    this.#unread = new Set(Object.keys(data));
    for (const name of ['op', 'of', 'as']) this.#unread.delete(name);
  }

  /** Parameters that nobody asked for: the step would mean something else than the case says. */
  get unread(): readonly string[] {
    return [...this.#unread];
  }

  /** The only input, or the first of several. */
  get input(): DStream<Row> {
    const [input] = this.inputs;
    if (input === undefined) throw new CaseMistake(`${this.#data.op} has no input`);
    return input;
  }

  /** The first input, whose records are pairs. */
  get pairs(): DStream<[Row, Row]> {
    return this.input as DStream<[Row, Row]>;
  }

  /** The second input, whose records are pairs. */
  get otherPairs(): DStream<[Row, Row]> {
    const other = this.inputs[1];
    if (other === undefined) throw new CaseMistake(`${this.#data.op} needs two inputs`);
    return other as DStream<[Row, Row]>;
  }

  /** Into how many partitions, where the step says so. */
  get partitions(): number | undefined {
    return this.optionalNumber('partitions');
  }

  has(name: string): boolean {
    return (this.#read(name) ?? undefined) !== undefined;
  }

  text(name: string): string {
    return this.#typed(name, 'string') as string;
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  number(name: string): number {
    return this.#typed(name, 'number') as number;
  }

  optionalNumber(name: string): number | undefined {
    return this.has(name) ? this.number(name) : undefined;
  }

  /** A length of time, given in milliseconds. */
  duration(name: string): Duration {
    return Milliseconds(this.number(name));
  }

  optionalDuration(name: string): Duration | undefined {
    return this.has(name) ? this.duration(name) : undefined;
  }

  rows(name: string): readonly Json[] {
    const rows = this.#read(name);
    if (!Array.isArray(rows)) throw new CaseMistake(`${this.#data.op} needs a list of records as ${name}`);
    return rows;
  }

  /** Records that are pairs. */
  pairRows(name: string): [Row, Row][] {
    return this.rows(name).map((row): [Row, Row] => {
      if (!Array.isArray(row) || row.length !== 2) throw new CaseMistake(`${name} is a list of pairs`);
      return [row[0], row[1]];
    });
  }

  flag(name: string): boolean {
    return this.#typed(name, 'boolean') as boolean;
  }

  #typed(name: string, type: 'string' | 'number' | 'boolean'): unknown {
    const value = this.#read(name);
    const { op } = this.#data;
    if (typeof value !== type) throw new CaseMistake(`${op} needs a ${type} as ${name}, not ${JSON.stringify(value)}`);
    return value;
  }

  #read(name: string): Json | undefined {
    this.#unread.delete(name);
    return this.#data[name];
  }
}
