import { inspect } from 'node:util';
import fc from 'fast-check';
import { test } from 'vitest';
import { hashKey } from '../../src/core/hash.ts';
import { encodeKey } from '../../src/core/keys.ts';

/**
 * The law of keys: two keys are equal by value exactly when their encodings are equal to a Map.
 *
 * `areEqual` says what "by value" means, in the plainest words; it shares nothing with the encoding. The keys come from
 * few and confusable parts, so that pairs which differ in one place only, and pairs that are equal, are common.
 */

const confusable = fc.constantFrom<unknown>(
  ...[
    '',
    '\0',
    '\0\0',
    'a',
    '1',
    '1;',
    'n1;',
    's1:a',
    'true',
    'T',
    'N',
    'null',
    'NaN',
    '\ud800',
    '\udc00',
    '\ud800\udc00',
  ],
  ...[0, -0, 1, 10, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, 10n, 0n, -1n, true, false, null, undefined],
);

/** Any text of 16-bit units: halves of surrogate pairs, U+0000, all. */
const text = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
  maxLength: 4,
});

const leaf = fc.oneof(
  { weight: 4, arbitrary: confusable },
  text,
  fc.double(),
  fc.bigInt(),
  fc.integer({ min: -1, max: 2 }).map((ms) => new Date(ms < 0 ? Number.NaN : ms)),
  fc.uint8Array({ maxLength: 2, max: 2 }),
  fc.uint8Array({ maxLength: 2 }).map((bytes) => Buffer.from(bytes)),
);

const name = fc.oneof(fc.constantFrom('', 'a', 'b', 'a:', '1:a', '__proto__', '0', '\0'), text);

const { key } = fc.letrec<{ key: unknown; part: unknown }>((tie) => ({
  key: fc.oneof(
    { weight: 1, arbitrary: leaf },
    { weight: 2, arbitrary: fc.array(tie('part'), { maxLength: 3 }) },
    { weight: 2, arbitrary: fc.dictionary(name, tie('part'), { maxKeys: 3 }) },
  ),
  part: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('key')),
}));

test('two keys have one encoding exactly when they are equal by value', () => {
  fc.assert(
    fc.property(key, key, (a, b) => areEqual(a, b) === inOneMap(a, b)),
    { numRuns: 3000 },
  );
});

test('a copy with its properties in another order is the same key and has the same hash', () => {
  fc.assert(
    fc.property(key, (a) => {
      const b = reordered(a);
      return areEqual(a, b) && inOneMap(a, b) && hashKey(encodeKey(a)) === hashKey(encodeKey(b));
    }),
  );
});

/** Values that a careless encoding takes for one another. */
const lookalikes: readonly unknown[] = [
  ...[1, '1', 1n, true, [1], ['1'], { 1: 1 }, { 1: '1' }, { 0: 1 }, new Date(1), '1970-01-01T00:00:00.001Z'],
  ...[Uint8Array.of(1), Buffer.from('1'), [49], Uint8Array.of(49, 0), Uint8Array.of(128), Uint8Array.of(129), '\x80'],
  ...[0, -0, '0', 0n, false, [], {}, [[]], [{}], new Uint8Array(), new Date(0), '', [''], { '': '' }],
  ...[null, undefined, 'null', 'undefined', Number.NaN, new Date(Number.NaN), 'NaN', [undefined], { a: undefined }],
];

/** Puts a part deep into a key; what stands around it is drawn once, so that two parts can be put into one place. */
const place: fc.Arbitrary<(part: unknown) => unknown> = fc
  .array(
    fc.oneof(
      fc
        .tuple(fc.array(leaf, { maxLength: 2 }), fc.array(leaf, { maxLength: 2 }))
        .map(([before, after]) => (part: unknown): unknown => [...before, part, ...after]),
      fc.tuple(name, fc.dictionary(name, leaf, { maxKeys: 2 })).map(([at, others]) => (part: unknown): unknown => ({
        ...others,
        [at]: part,
      })),
    ),
    { maxLength: 3 },
  )
  .map((wraps) => (part) => wraps.reduce((inner, wrap) => wrap(inner), part));

test('a change in one place, to what looks alike, makes another key', () => {
  const lookalike = fc.constantFrom(...lookalikes);
  fc.assert(
    fc.property(place, fc.oneof(lookalike, key), lookalike, (put, a, b) => {
      return areEqual(a, b) === inOneMap(put(a), put(b));
    }),
    { numRuns: 3000 },
  );
});

test('no two of the values that look alike are one key', () => {
  for (const a of lookalikes) {
    for (const b of lookalikes) {
      if (areEqual(a, b) !== inOneMap(a, b)) throw new Error(`${inspect(a)} and ${inspect(b)}`);
    }
  }
});

test('a text that imitates the border between two parts moves no border', () => {
  const tupleBorder = between(encodeKey(['<', '>']), '<', '>');
  const valueBorder = between(encodeKey({ '<': '>' }), '<', '>');
  const nameBorder = between(encodeKey({ '<': true, '>': true }), '<', '>');
  fc.assert(
    fc.property(text, text, text, (x, y, z) => {
      fc.pre(x !== z);
      return (
        !inOneMap([x + tupleBorder + y, z], [x, y + tupleBorder + z]) &&
        !inOneMap({ [x + valueBorder + y]: z }, { [x]: y + valueBorder + z }) &&
        !inOneMap({ [x]: true, [y + nameBorder + z]: true }, { [x + nameBorder + y]: true, [z]: true }) &&
        !inOneMap([x + tupleBorder + y], [x, y])
      );
    }),
  );
});

test('the encoding of a key is never that of the text it is written in', () => {
  fc.assert(
    fc.property(key, (a) => {
      const written = encodeKey(a);
      return typeof written !== 'string' || areEqual(a, written) === inOneMap(a, written);
    }),
  );
});

test('where a key ends and the next begins is never in doubt', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 4 }), fc.nat({ max: 4 }), fc.nat({ max: 4 }), (parts, i, j) => {
      const cut = (at: number): unknown => [parts.slice(0, at), parts.slice(at)];
      return areEqual(cut(i), cut(j)) === inOneMap(cut(i), cut(j));
    }),
  );
});

test('the hash is a whole number of 32 bits', () => {
  fc.assert(
    fc.property(key, (a) => {
      const hash = hashKey(encodeKey(a));
      return (hash | 0) === hash;
    }),
  );
});

/** What the encoding writes between two marks. */
function between(written: unknown, from: string, to: string): string {
  const all = String(written);
  return all.slice(all.indexOf(from) + from.length, all.lastIndexOf(to));
}

function inOneMap(a: unknown, b: unknown): boolean {
  return new Map([[encodeKey(a), 1]]).has(encodeKey(b));
}

function areEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return a === b || (Number.isNaN(a) && Number.isNaN(b));
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((part, i) => areEqual(part, b[i]));
  }
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && Object.is(a.getTime(), b.getTime());
  }
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }
  const [mine, theirs] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return mine.size === theirs.size && [...mine].every(([k, part]) => theirs.has(k) && areEqual(part, theirs.get(k)));
}

/** A deep copy whose objects were written backwards. */
function reordered(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(reordered);
  if (part instanceof Date) return new Date(part.getTime());
  if (part instanceof Uint8Array) return Uint8Array.from(part);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part)
      .reverse()
      .map(([k, inner]) => [k, reordered(inner)]),
  );
}
