/** The page of the format is what a stranger would write a reader from. So this is one: it knows only its tables. */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { formatVersion, headerBytes, magics } from '../../src/checkpoint/file-header.ts';
import { lockFolder } from '../../src/checkpoint/lock.ts';
import { segmentName } from '../../src/checkpoint/read-log.ts';
import { appendBytesMax, recordHeaderBytes } from '../../src/checkpoint/record.ts';
import { snapshotName, snapshotsKept, writeSnapshot } from '../../src/checkpoint/snapshots.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';
import { openLog, record } from './kit.ts';

const page = readFileSync(new URL('../../docs/checkpoint-format.md', import.meta.url), 'utf8');

interface Field {
  readonly offset: number;
  readonly bytes: string;
  readonly name: string;
}

/** The table of fields that comes first behind a text of the page. */
function tableAfter(text: string): readonly Field[] {
  const from = page.indexOf(text);
  expect(from, `the page has no '${text}'`).toBeGreaterThanOrEqual(0);
  const [table = ''] = /(^\| (\d.*|offset.*)\n|^\|---.*\n)+/m.exec(page.slice(from)) ?? [];
  return [...table.matchAll(/^\| (\d+) \| (\w+) \| (\w+) \|/gm)].map(([, offset, bytes = '', name = '']) => ({
    offset: Number(offset),
    bytes,
    name,
  }));
}

/** The fields of a piece, each its own bytes, as the table has them. */
function fieldsAt(bytes: Buffer, begin: number, fields: readonly Field[]): Readonly<Record<string, Buffer>> {
  const found: Record<string, Buffer> = {};
  for (const { offset, bytes: size, name } of fields) {
    const length = size === 'length' ? Number(numberIn(found['length'])) : Number(size);
    found[name] = bytes.subarray(begin + offset, begin + offset + length);
  }
  return found;
}

function numberIn(bytes: Buffer | undefined): number {
  return [...(bytes ?? [])].reduceRight((sum, byte) => sum * 256 + byte, 0);
}

function placeOf(number: number, offset: number): Buffer {
  const fields = tableAfter('The place is');
  const place = Buffer.alloc(fields.reduce((sum, { bytes }) => sum + Number(bytes), 0));
  expect(page).toContain(`The place is ${place.length} bytes`);
  const values: Readonly<Record<string, number>> = { number, offset };
  for (const field of fields) place.writeUInt32LE(values[field.name] ?? 0, field.offset);
  return place;
}

function expectHeader(bytes: Buffer, magic: string, number: number, previousEnd: number): void {
  const header = fieldsAt(bytes, 0, tableAfter('## The header of a segment or a snapshot'));
  expect(header['magic']?.toString()).toBe(magic);
  expect(numberIn(header['version'])).toBe(formatVersion);
  expect(numberIn(header['number'])).toBe(number);
  expect(numberIn(header['previousEnd'])).toBe(previousEnd);
  expect(numberIn(header['checksum'])).toBe(crc32(bytes.subarray(0, 24)));
}

test('the page has the constants of the code', () => {
  expect(page).toContain(`Format version ${formatVersion}.`);
  expect(page).toContain(`\n${headerBytes} bytes, in every version.`);
  for (const magic of Object.values(magics)) expect(page).toContain(`\`${magic.replace('\n', '\\n')}\``);
  expect(page).toContain(`and ${snapshotsKept} are kept`);
  expect(page.split(`at most ${appendBytesMax}`).length).toBe(3);
  expect(page).toContain(`| \`${segmentName.of(1)}\` |`);
  expect(page).toContain(`| \`${snapshotName.of(1000)}\` |`);
  expect(segmentName.of(1).replace('log-', '')).toHaveLength(16);
});

test('a log is read by the tables of the page alone', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage);
  await log.append([record('one')]);
  await log.sync();
  await log.append([{ kind: 200, payload: Buffer.from('two') }]);
  await log.roll();
  const [first, second] = [
    await storage.read('/log/log-0000000000000001'),
    await storage.read('/log/log-0000000000000002'),
  ];
  expectHeader(first, 'FIRELOG\n', 1, 0);
  expectHeader(second, 'FIRELOG\n', 2, first.length);
  const read: unknown[] = [];
  for (let offset = 28; offset < first.length; ) {
    const fields = fieldsAt(first, offset, tableAfter('## A record of the log'));
    const end = offset + recordHeaderBytes + numberIn(fields['length']);
    read.push([numberIn(fields['kind']), numberIn(fields['safeBytes']), fields['payload']?.toString()]);
    expect(numberIn(fields['checksum'])).toBe(crc32(first.subarray(offset + 4, end), crc32(placeOf(1, offset))));
    offset = end;
  }
  expect(read).toEqual([
    [1, 28, 'one'],
    [200, 28 + 13 + 3, 'two'],
  ]);
});

test('a snapshot is read by the tables of the page alone', async () => {
  const { storage } = testRuntime();
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('chunk');
  };
  await writeSnapshot({ storage, folder: '/log', tell: () => undefined }, 1000, chunks());
  const bytes = await storage.read('/log/snapshot-0000000000001000');
  expectHeader(bytes, 'FIRESNP\n', 1000, 0);
  const read: unknown[] = [];
  for (let offset = 28; offset < bytes.length; ) {
    const fields = fieldsAt(bytes, offset, tableAfter('## A chunk of a snapshot'));
    const end = offset + 8 + numberIn(fields['length']);
    read.push(fields['payload']?.toString());
    expect(numberIn(fields['checksum'])).toBe(crc32(bytes.subarray(offset + 4, end), crc32(placeOf(1000, offset))));
    offset = end;
  }
  expect(read).toEqual(['chunk', '']);
});

test('a lock has the fields of the page', async () => {
  const runtime = testRuntime();
  const lock = await lockFolder({ runtime, folder: '/log', tell: () => undefined });
  await lock.release();
  const [line = '', ...rest] = (await runtime.storage.read('/log/lock-0000000000000001')).toString().split('\n');
  const section = page.slice(page.indexOf('## The lock'));
  const rows = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names = '']) => names.match(/\w+/g) ?? []);
  expect(rows).toEqual(['pid', 'host', 'started', 'id', 'sinceMs']);
  expect(Object.keys(JSON.parse(line)).sort()).toEqual([...rows].sort());
  expect(rest).toEqual(['released', '']);
});
