import { describe, expect, test } from 'vitest';
import { strayGlobals } from './globals.ts';
import { forbiddenImports, importCycles, unboundOracles, unknownRootFiles } from './imports.ts';
import { longFile, longFunctions, longLines } from './lengths.ts';
import { strayErrors, strayMessages } from './pieces.ts';
import type { Source } from './source.ts';
import { bannedSyntax, foreignPlaces, idleTests, leftovers, silentCatches, unkebabNames } from './words.ts';

const file = (path: string, ...lines: readonly string[]): Source => ({ path, text: `${lines.join('\n')}\n` });

describe('imports', () => {
  const good = file(
    'src/rdd/a.ts',
    `import { b } from './b.ts';`,
    `import type { C } from '../core/c.ts';`,
    `import { inspect } from 'node:util';`,
  );
  const bad = file(
    'src/rdd/a.ts',
    `import { Graph } from '../graph/graph.ts';`,
    `export { print } from '../dstream.ts';`,
    `import { createActor } from 'xstate';`,
    `const fs = await import('node:fs');`,
    `type T = import('../../test/a.ts').T;`,
    `import left from 'left-pad';`,
  );

  test('may be those of the table', () => {
    expect(forbiddenImports(good)).toEqual([]);
  });

  test('may be no others, whatever their form', () => {
    expect(forbiddenImports(bad)).toMatchInlineSnapshot(`
      [
        "src/rdd/a.ts:1 imports src/graph/graph.ts; rdd may import core, state",
        "src/rdd/a.ts:2 imports src/dstream.ts; rdd may import core, state",
        "src/rdd/a.ts:3 imports xstate, which belongs to src/lifecycle/, src/actors/, src/interop/",
        "src/rdd/a.ts:4 imports node:fs, which belongs to src/core/storage.ts",
        "src/rdd/a.ts:5 imports test/a.ts, which is outside src",
        "src/rdd/a.ts:6 imports left-pad, which no file of src may import",
      ]
    `);
  });

  test('bring a lifecycle and an actor together in neither direction', () => {
    expect(forbiddenImports(file('src/actors/a.ts', `import '../lifecycle/b.ts';`))).toHaveLength(1);
    expect(forbiddenImports(file('src/lifecycle/a.ts', `import '../actors/b.ts';`))).toHaveLength(1);
  });

  test('of the oracle are the times alone, and what is behind it sees nothing else', () => {
    expect(forbiddenImports(file('src/testing/oracle-state.ts', `import '../core/keys.ts';`))).toHaveLength(1);
    expect(forbiddenImports(file('src/testing/oracle-windows.ts', `import './oracle.ts';`))).toEqual([]);
    const oracle = file('src/testing/oracle.ts', `import '../core/time.ts';`, `import '../core/keys.ts';`);
    expect(forbiddenImports(oracle)).toMatchInlineSnapshot(`
      [
        "src/testing/oracle.ts:2 imports src/core/keys.ts; it may import only src/core/time.ts",
      ]
    `);
  });

  test('of a file of the oracle have their row, and the engine is not in it', () => {
    const added = file('src/testing/oracle-sets.ts', `import { RDD } from '../rdd/rdd.ts';`);
    expect(unboundOracles(added)).toMatchInlineSnapshot(`
      [
        "src/testing/oracle-sets.ts:1 is of the oracle, and has no row in onlyImports",
      ]
    `);
    expect(unboundOracles(added, { [added.path]: ['src/core/time.ts', 'src/testing/oracle.ts'] })).toEqual([]);
    expect(unboundOracles(added, { [added.path]: ['src/rdd/rdd.ts'] })).toMatchInlineSnapshot(`
      [
        "src/testing/oracle-sets.ts:1 is of the oracle, and its row in onlyImports has src/rdd/rdd.ts",
      ]
    `);
    expect(unboundOracles(file('src/testing/run.ts'))).toEqual([]);
  });

  test('of what stands around the engine are the public door alone', () => {
    const page = file('src/ui/page.ts', `import '../index.ts';`, `import '../dstream.ts';`, `import '../core/a.ts';`);
    expect(forbiddenImports(page)).toMatchInlineSnapshot(`
      [
        "src/ui/page.ts:2 imports src/dstream.ts; ui may import index.ts",
        "src/ui/page.ts:3 imports src/core/a.ts; ui may import index.ts",
      ]
    `);
  });

  test('lie in a folder of the table', () => {
    expect(forbiddenImports(file('src/helpers/a.ts', `import '../core/b.ts';`))).toMatchInlineSnapshot(`
      [
        "src/helpers/a.ts:1 lies in the folder helpers, which is not in the table of imports",
      ]
    `);
    expect(unknownRootFiles(file('src/helpers.ts'))).toMatchInlineSnapshot(`
      [
        "src/helpers.ts:1 lies directly in src, where only src/context-options.ts, src/dstream.ts, src/index.ts, src/program-checkpoint.ts, src/running.ts, src/spark-context.ts, src/start-refusal.ts, src/stream-sources.ts, src/streaming-context.ts, src/streaming-program.ts, src/wiring.ts may be",
      ]
    `);
  });

  test('do not go in a ring', () => {
    const ring = [
      file('src/core/a.ts', `import './b.ts';`),
      file('src/core/b.ts', `import type { C } from './c.ts';`),
      file('src/core/c.ts', `import './b.ts';`),
    ];
    expect(importCycles(ring)).toMatchInlineSnapshot(`
      [
        "src/core/b.ts:1 imports itself: src/core/b.ts → src/core/c.ts → src/core/b.ts",
      ]
    `);
    expect(importCycles(ring.slice(0, 2))).toEqual([]);
  });
});

describe('time and chance', () => {
  test('are found in every form', () => {
    const bad = file(
      'src/ops/a.ts',
      'const a = Date.now() + performance.now();',
      'const b = new Date();',
      'setTimeout(f, 1);',
      'const later = { queueMicrotask };',
      'const { setImmediate: soon } = globalThis;',
      'process.nextTick(f);',
      'Math',
      '  .random();',
      'crypto.randomUUID();',
    );
    expect(strayGlobals(bad)).toMatchInlineSnapshot(`
      [
        "src/ops/a.ts:1 uses Date.now, which belongs to src/core/clock.ts",
        "src/ops/a.ts:1 uses performance.now, which belongs to src/core/clock.ts",
        "src/ops/a.ts:2 uses new Date(), which belongs to src/core/clock.ts",
        "src/ops/a.ts:3 uses setTimeout, which belongs to src/core/clock.ts",
        "src/ops/a.ts:4 uses queueMicrotask, which belongs to src/core/clock.ts",
        "src/ops/a.ts:5 uses globalThis, which belongs to src/core/clock.ts",
        "src/ops/a.ts:6 uses process.nextTick, which belongs to src/core/clock.ts",
        "src/ops/a.ts:7 uses Math.random, which belongs to src/core/random.ts",
        "src/ops/a.ts:9 uses randomUUID, which belongs to src/core/random.ts",
      ]
    `);
  });

  test('have the signals of the process beside them, and its end', () => {
    const bad = file('src/actors/a.ts', `process.on('SIGTERM', f);`, 'process.exitCode = 1;', 'process.exit();');
    expect(strayGlobals(bad)).toMatchInlineSnapshot(`
      [
        "src/actors/a.ts:1 uses process.on, which belongs to src/core/signals.ts",
        "src/actors/a.ts:2 uses process.exitCode, which belongs to src/core/signals.ts",
        "src/actors/a.ts:3 uses process.exit, which belongs to the host alone",
      ]
    `);
    expect(strayGlobals(file('src/core/signals.ts', 'process.exitCode = 1;', 'process.exit();'))).toHaveLength(1);
  });

  test('are not taken for what only bears their name', () => {
    const good = file(
      'src/ops/a.ts',
      'const d = new Date(timeMs);',
      'const clock = { setTimeout: (f) => f(), setInterval() {} };',
      'clock.setTimeout(f);',
      'const { setImmediate: soon, setInterval } = clock;',
      'setInterval(f);',
      '// Date.now()',
      'const text = "Math.random()";',
    );
    expect(strayGlobals(good)).toEqual([]);
  });

  test('belong to their owners', () => {
    expect(strayGlobals(file('src/core/clock.ts', 'Date.now();'))).toEqual([]);
    expect(strayGlobals(file('src/core/random.ts', 'Date.now();'))).toHaveLength(1);
  });
});

describe('lengths', () => {
  test('of a line are counted in characters', () => {
    expect(longLines(file('src/a.ts', 'é'.repeat(120)))).toEqual([]);
    expect(longLines(file('src/a.ts', 'e.toMatchInlineSnapshot(`', 'x'.repeat(121), '`);'))).toEqual([]);
    expect(longLines(file('src/a.ts', '', 'x'.repeat(121)))).toMatchInlineSnapshot(`
      [
        "src/a.ts:2 is 121 characters long, over 120",
      ]
    `);
  });

  test('of a function are its lines without its doc comment', () => {
    const body = (lines: number) => ['/** Doc. */', 'function f() {', ...Array<string>(lines - 2).fill('  g();'), '}'];
    expect(longFunctions(file('src/a.ts', ...body(70)))).toEqual([]);
    expect(longFunctions(file('test/a.test.ts', 'describe(f, () => {', ...body(69), '});'))).toEqual([]);
    expect(longFunctions(file('src/a.ts', ...body(71)))).toMatchInlineSnapshot(`
      [
        "src/a.ts:2 begins a function of 71 lines, over 70",
      ]
    `);
  });

  test('of a file depend on what it is', () => {
    const lines = (count: number) => Array<string>(count).fill('f();');
    expect(longFile(file('src/core/a.ts', ...lines(500)))).toEqual([]);
    expect(longFile(file('src/core/a.ts', ...lines(501)))).toMatchInlineSnapshot(`
      [
        "src/core/a.ts:501 is the last line of a file that may have 500",
      ]
    `);
    expect(longFile(file('src/dstream.ts', ...lines(501)))).toEqual([]);
    expect(longFile(file('src/ops/a.ts', ...lines(120)))).toEqual([]);
    expect(longFile(file('src/ops/a.ts', ...lines(121)))).toMatchInlineSnapshot(`
      [
        "src/ops/a.ts:121 is the last line of a file that may have 120",
      ]
    `);
  });
});

describe('words', () => {
  test('in the name of a file are joined by hyphens', () => {
    expect(
      ['a.ts', 'a-b2.test.ts', 'a.test-d.ts', 'vitest.config.ts'].flatMap((name) => unkebabNames(file(`src/${name}`))),
    ).toEqual([]);
    expect(['aB.ts', 'a_b.ts', 'A.ts', 'a.b.ts'].flatMap((name) => unkebabNames(file(`src/${name}`)))).toHaveLength(4);
  });

  test('of the language that are not ours are found', () => {
    const bad = file(
      'src/a.ts',
      'export enum E {}',
      'export default 1;',
      'export default class A {}',
      'export { a as default };',
      'const x: readonly any[] = y as any;',
      'switch (any) { default: }',
    );
    expect(bannedSyntax(bad)).toMatchInlineSnapshot(`
      [
        "src/a.ts:1 has an enum",
        "src/a.ts:2 has a default export",
        "src/a.ts:3 has a default export",
        "src/a.ts:4 has a default export",
        "src/a.ts:5 has the type any",
        "src/a.ts:5 has the type any",
      ]
    `);
  });

  test('explain a catch that names no error', () => {
    const bad = file('src/a.ts', 'try { f(); } catch {}', 'try { f(); } catch {', '  g();', '}');
    expect(silentCatches(bad)).toMatchInlineSnapshot(`
      [
        "src/a.ts:1 catches and hides an error without a sentence why",
        "src/a.ts:2 catches and hides an error without a sentence why",
      ]
    `);
    const good = file(
      'src/a.ts',
      'try { f(); } catch {',
      '  // Nobody is there to hear it.',
      '}',
      '// Nobody is there to hear it.',
      'try { f(); } catch {}',
      'try { f(); } catch (error) {}',
      'try { f(); } catch {} // Nobody is there to hear it.',
    );
    expect(silentCatches(good)).toEqual([]);
  });

  test('put nothing off', () => {
    const later = ['TO', 'DO'].join('');
    expect(leftovers(file('a.md', '', `// ${later}: more`))).toEqual([
      `a.md:2 says ${later}; do it, or write an issue`,
    ]);
  });

  test('leave no test out', () => {
    const bad = file(
      'test/a.test.ts',
      `test.${'only'}('a', f);`,
      `describe.${'skip'}('b', f);`,
      `it.each([]).${'skip'}('c', f);`,
    );
    expect(idleTests(bad)).toHaveLength(3);
    expect(idleTests(file('test/a.test.ts', `test('a', f);`, 'rows.skip(1);'))).toEqual([]);
  });

  test('name no machine, no registry and no foreign paper', () => {
    const bad = [
      ['/wo', 'rk/x'],
      ['/ro', 'ot/x'],
      ['https://registry.npm', 'js.org/'],
      ['"resolved": "h', 'ttps://x"'],
      ['SEMAN', 'TICS A1'],
      ['STYLE', ' §1'],
    ];
    expect(bad.map((pieces) => foreignPlaces(file('a.md', pieces.join(''))).length)).toEqual(bad.map(() => 1));
    expect(foreignPlaces(file('a.md', 'a network, a homework/root'))).toEqual([]);
  });
});

describe('pieces', () => {
  test('of the play are said and heard', () => {
    const play = file(
      'src/actors/messages.ts',
      `type M = { readonly type: 'batch.tick' } | { readonly type: 'stopNow' };`,
    );
    const actors = ['a', 'b'].map((name) => file(`src/actors/${name}.ts`, `send({ type: 'batch.tick' });`));
    expect(strayMessages([play, ...actors])).toMatchInlineSnapshot(`
      [
        "src/actors/messages.ts:1 has 'stopNow', not noun.verb",
        "src/actors/messages.ts:1 has 'stopNow', used in 0 files, not in two",
      ]
    `);
    expect(strayMessages([play, ...actors.slice(1)])).toHaveLength(3);
    expect(strayMessages([])).toHaveLength(1);
  });

  test('of the error table are thrown and shown', () => {
    const table = file(
      'src/core/errors.ts',
      'const texts = {',
      `  'A.ONE': () => ({}),`,
      `  'B.TWO': () => ({}),`,
      '};',
    );
    const thrower = file('src/core/a.ts', `throw new UsageError('A.ONE', {});`);
    const shown = file('test/errors/messages.test.ts', 'UsageError: [A.ONE] It was so.');
    expect(strayErrors([table, thrower, shown])).toMatchInlineSnapshot(`
      [
        "src/core/errors.ts:3 has B.TWO, of which test/errors/messages.test.ts has no snapshot",
        "src/core/errors.ts:3 has B.TWO, which nothing throws",
      ]
    `);
    expect(strayErrors([])).toHaveLength(1);
  });
});
