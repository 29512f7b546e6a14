import { expect, test } from 'vitest';
import type { ConfKey } from '../../src/core/conf-key.ts';
import { confKeys } from '../../src/core/conf-keys.ts';

test('docs/configuration.md tells of every key that firesteel honours', async () => {
  await expect(page()).toMatchFileSnapshot('../../docs/configuration.md');
});

function page(): string {
  const keys = Object.values<ConfKey<unknown>>({ ...confKeys });
  return `# Configuration

A program is configured by a \`SparkConf\`, before its context is made:

\`\`\`ts
import { Milliseconds, SparkConf } from 'firesteel';

const conf = new SparkConf()
  .setMaster('local[2]')
  .setAppName('WordCount')
  .set('spark.streaming.blockInterval', Milliseconds(100));

conf.get('spark.streaming.blockInterval') // => '100 ms'
\`\`\`

These are the keys that firesteel honours. A value that one of them does not take is refused where it is set.

| key | type | default | what it does |
|---|---|---|---|
${keys.map(row).join('\n')}

- A **boolean** is \`true\` or \`false\`.
- An **int** is a whole number; what it counts stands beside it.
- A **duration** is a \`Duration\` or a text of a number and a unit, such as \`200 ms\`, \`2s\` or \`1 minute\`. A bare
  number is milliseconds, unless the key says otherwise.

Any other key is yours: firesteel keeps it and gives it no meaning. If its name begins with \`spark.\` or
\`firesteel.\`, it is probably misspelled, or a key of Spark's that means nothing here: the context warns of it when it
is made, and names the nearest key of the table.
`;
}

function row(key: ConfKey<unknown>): string {
  const type = key.unit === '' ? key.type : `${key.type}, ${key.unit}`;
  return `| \`${key.name}\` | ${type} | ${key.defaultText} | ${key.doc} |`;
}
