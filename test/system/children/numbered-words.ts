import { existsSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  Milliseconds,
  Receiver,
  type Row,
  SparkConf,
  type State,
  StateSpec,
  StreamingContext,
} from '../../../src/index.ts';

/*
 * Counts the words of numbered lines, and goes on where it was when it died.
 *
 * Usage: node numbered-words.js <checkpoint directory> <folder of the sink> <port of a server that sends lines>
 *
 * It tells where it is, line by line. A batch that is done again must give the same, which it looks at itself.
 */

const [directory = '', sink = '', port = '0'] = process.argv.slice(2);

/** At once, so that it is heard whatever happens next. */
const say = (what: string): void => void writeSync(1, `${what}\n`);

/** Asks for the lines behind the last one that is safe, and says of each block when it is. */
class NumberedLines extends Receiver<string> {
  #socket: Socket | undefined;

  override onStart(lastMeta: Row): void {
    const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
    this.#socket = socket;
    socket.on('error', (error) => this.restart('The server is gone', error));
    socket.write(`from ${Number(lastMeta ?? 0)}\n`);
    let rest = '';
    socket.on('data', (bytes) => {
      const lines = `${rest}${bytes}`.split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) void this.#store(socket, lines);
    });
  }

  /** Blocks are under way side by side: a slow one does not hold the next. */
  async #store(socket: Socket, lines: readonly string[]): Promise<void> {
    const [first, last] = [numberOf(lines[0]), numberOf(lines.at(-1))];
    try {
      await this.storeBlock(lines, last);
    } catch (error) {
      say(`refused ${first}: ${error}`);
      return;
    }
    socket.write(`safe ${first} ${last}\n`);
  }

  override onStop(): void {
    this.#socket?.destroy();
  }
}

function numberOf(line = ''): number {
  return Number(line.slice(0, line.indexOf(' ')));
}

/** So much of each word that snapshots come, and segments go. */
interface Kept {
  readonly count: number;
  readonly ballast: string;
}

function program(): StreamingContext {
  const conf = new SparkConf()
    .setMaster('local[4]')
    .setAppName('numbered words')
    .set('spark.log.level', 'ERROR')
    .set('spark.streaming.stopGracefullyOnShutdown', 'true');
  const ssc = new StreamingContext(conf, Milliseconds(50));
  const spec = StateSpec.function((word: string, at: [number, number] | undefined, kept: State<Kept>) => {
    const count = (kept.getOption()?.count ?? 0) + 1;
    kept.update({ count, ballast: `${word} `.repeat(200) });
    const [line, place] = at ?? [-1, -1];
    return [line, place, word, count];
  });
  ssc
    .receiverStream(new NumberedLines())
    .flatMap((line): [string, [number, number]][] => {
      const [number, ...words] = line.split(' ');
      return words.map((word, place) => [word, [Number(number), place]]);
    })
    .mapWithState(spec)
    .foreachRDD(async (rdd, { milliseconds }) => write(milliseconds, await rdd.collect()));
  return ssc;
}

/** One file a batch, by its time: complete, or not there. */
function write(timeMs: number, rows: readonly Row[]): void {
  say(`output ${timeMs}`);
  const path = join(sink, String(timeMs));
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const isAgain = existsSync(path);
  if (isAgain && readFileSync(path, 'utf8') !== text) say(`differs ${timeMs}`);
  writeFileSync(`${path}.temp`, text);
  renameSync(`${path}.temp`, path);
  say(isAgain ? `written again ${timeMs}` : `written ${timeMs}`);
  if (timeMs > begunAtMs && !isCaughtUp) {
    isCaughtUp = true;
    say(`caught up ${performance.now() - begunMs}`);
  }
}

let isCaughtUp = false;
const begunAtMs = Date.now();
const begunMs = performance.now();
say('begun');
const ssc = await StreamingContext.getOrCreate(directory, program);
say('recovered');
ssc.start();
say('started');
await ssc.awaitTermination();
