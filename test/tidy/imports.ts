import { posix } from 'node:path';
import ts from 'typescript';
import { type Breach, breachAt, nodesOf, type Source, syntaxOf } from './source.ts';

/** The engine's folders that the files directly in src put together. */
const engine = ['core', 'state', 'rdd', 'graph', 'ops', 'lifecycle', 'actors', 'checkpoint', 'sources', 'sinks'];

/**
 * Which folders of src a folder may import, beside itself. `.` stands for the files directly in src, `index.ts` for the
 * public door alone.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  state: ['core'],
  rdd: ['core', 'state'],
  graph: ['core', 'rdd'],
  ops: ['core', 'rdd', 'state', 'graph'],
  lifecycle: ['core'],
  actors: ['core', 'rdd', 'graph'],
  checkpoint: ['core', 'rdd', 'state', 'graph'],
  sources: ['core', 'rdd', 'graph'],
  sinks: ['core', 'rdd', 'graph'],
  '.': engine,
  testing: [...engine, '.'],
  ui: ['index.ts'],
  metrics: ['index.ts'],
  interop: ['index.ts'],
  cli: ['index.ts'],
  sql: ['index.ts', 'core', 'rdd', 'state', 'checkpoint'],
  connect: ['index.ts', 'core', 'rdd', 'state', 'checkpoint'],
};

/** Files that may import less than their folder: exactly these files. */
export const onlyImports: Readonly<Record<string, readonly string[]>> = {
  'src/testing/oracle.ts': ['src/core/time.ts'],
  'src/testing/oracle-rows.ts': ['src/testing/oracle.ts'],
  'src/testing/oracle-batches.ts': ['src/core/time.ts', 'src/testing/oracle.ts', 'src/testing/oracle-rows.ts'],
  'src/testing/oracle-pairs.ts': [
    'src/testing/oracle.ts',
    'src/testing/oracle-batches.ts',
    'src/testing/oracle-rows.ts',
  ],
  'src/testing/oracle-steps.ts': ['src/core/time.ts', 'src/testing/oracle.ts'],
  'src/testing/oracle-state.ts': [
    'src/core/time.ts',
    'src/testing/oracle.ts',
    'src/testing/oracle-rows.ts',
    'src/testing/oracle-steps.ts',
  ],
  'src/testing/oracle-windows.ts': [
    'src/testing/oracle.ts',
    'src/testing/oracle-batches.ts',
    'src/testing/oracle-pairs.ts',
    'src/testing/oracle-rows.ts',
    'src/testing/oracle-steps.ts',
  ],
};

/** Whether a file is part of the oracle, which must not know the engine that it judges. */
export function isOracle(path: string): boolean {
  return path.startsWith('src/testing/oracle');
}

/** A file of the oracle has its row, and the row lets it import times and other files of the oracle, nothing else. */
export function unboundOracles({ path }: Source, rows = onlyImports): readonly Breach[] {
  if (!isOracle(path)) return [];
  const row = rows[path];
  if (row === undefined) return [`${path}:1 is of the oracle, and has no row in onlyImports`];
  const foreign = row.filter((target) => target !== 'src/core/time.ts' && !isOracle(target));
  return foreign.map((target) => `${path}:1 is of the oracle, and its row in onlyImports has ${target}`);
}

/** The files directly in src. They see the whole engine, so that there must be few. */
export const rootFiles: readonly string[] = [
  'src/context-options.ts',
  'src/dstream.ts',
  'src/index.ts',
  'src/program-checkpoint.ts',
  'src/running.ts',
  'src/spark-context.ts',
  'src/start-refusal.ts',
  'src/stream-sources.ts',
  'src/streaming-context.ts',
  'src/streaming-program.ts',
  'src/wiring.ts',
];

/** Packages and modules of Node, and the files or folders (with `/` at the end) of src that may import them. */
export const mayBeImportedBy: Readonly<Record<string, readonly string[]>> = {
  acorn: ['src/rdd/recognise.ts'],
  xstate: ['src/lifecycle/', 'src/actors/', 'src/interop/'],
  eventemitter3: ['src/core/'],
  'node:async_hooks': ['src/core/scope.ts'],
  'node:buffer': ['src/'],
  'node:crypto': ['src/core/random.ts'],
  'node:fs': ['src/core/storage.ts'],
  'node:net': ['src/core/sockets.ts'],
  'node:os': ['src/core/processes.ts', 'src/core/system-runtime.ts'],
  'node:path': ['src/'],
  'node:stream': ['src/sources/'],
  'node:timers': ['src/core/clock.ts'],
  'node:url': ['src/'],
  'node:util': ['src/'],
  'node:v8': ['src/checkpoint/codec.ts', 'src/rdd/rows-codec.ts'],
  'node:zlib': ['src/checkpoint/checksum.ts'],
};

interface Import {
  readonly specifier: string;
  readonly node: ts.Node;
}

function importsOf(source: Source): readonly Import[] {
  const found: Import[] = [];
  for (const node of nodesOf(syntaxOf(source))) {
    let specifier: ts.Node | undefined;
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) specifier = node.moduleSpecifier;
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) specifier = node.argument.literal;
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      specifier = node.arguments[0];
    }
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) found.push({ specifier: specifier.text, node });
  }
  return found;
}

/** `core` for src/core/bus.ts, `.` for src/dstream.ts. */
function folderOf(path: string): string {
  const [, first = '', second] = path.split('/');
  return second === undefined ? '.' : first;
}

function targetOf(source: Source, specifier: string): string {
  return posix.join(posix.dirname(source.path), specifier);
}

/** A file of src imports only what the tables above let it. */
export function forbiddenImports(source: Source): readonly Breach[] {
  return importsOf(source).flatMap(({ specifier, node }) => {
    const complaint = specifier.startsWith('.')
      ? complaintAboutOurs(source.path, targetOf(source, specifier))
      : complaintAboutTheirs(source.path, specifier);
    return complaint === undefined ? [] : [breachAt(source, node, complaint)];
  });
}

function complaintAboutOurs(path: string, target: string): string | undefined {
  if (!target.startsWith('src/')) return `imports ${target}, which is outside src`;
  const only = onlyImports[path];
  if (only !== undefined) return only.includes(target) ? undefined : `imports ${target}; it may import only ${only}`;
  const folder = folderOf(path);
  const allowed = mayImport[folder];
  if (allowed === undefined) return `lies in the folder ${folder}, which is not in the table of imports`;
  const to = folderOf(target);
  const isAllowed = to === folder || allowed.includes(to) || (to === '.' && allowed.includes(posix.basename(target)));
  return isAllowed ? undefined : `imports ${target}; ${folder} may import ${allowed.join(', ') || 'nothing of ours'}`;
}

function complaintAboutTheirs(path: string, specifier: string): string | undefined {
  const name = Object.keys(mayBeImportedBy).find((known) => specifier === known || specifier.startsWith(`${known}/`));
  if (name === undefined) return `imports ${specifier}, which no file of src may import`;
  const owners = mayBeImportedBy[name] ?? [];
  const isOwner = owners.some((owner) => (owner.endsWith('/') ? path.startsWith(owner) : path === owner));
  return isOwner ? undefined : `imports ${specifier}, which belongs to ${owners.join(', ')}`;
}

/** A file directly in src is one of the few that see everything. */
export function unknownRootFiles({ path }: Source): readonly Breach[] {
  if (!/^src\/[^/]+$/.test(path) || rootFiles.includes(path)) return [];
  return [`${path}:1 lies directly in src, where only ${rootFiles.join(', ')} may be`];
}

/** No file imports itself, over however many others. Imports of types count: they too say who knows whom. */
export function importCycles(sources: readonly Source[]): readonly Breach[] {
  const next = new Map(
    sources.map((source) => {
      const ours = importsOf(source).filter(({ specifier }) => specifier.startsWith('.'));
      return [source.path, ours.map(({ specifier }) => targetOf(source, specifier))];
    }),
  );
  const done = new Set<string>();
  const breaches: Breach[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) breaches.push(`${path}:1 imports itself: ${[...way.slice(at), path].join(' → ')}`);
    if (at >= 0 || done.has(path)) return;
    for (const target of next.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const path of next.keys()) visit(path, []);
  return breaches;
}
