import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { type Fence, whereIs } from './fences.ts';
import { type Doors, type Exported, type Program, programOf } from './program.ts';

/** A fence written to a file of its own. */
export interface Compiled {
  /** The file to import. */
  readonly file: string;
  readonly promises: readonly string[];
  /** What is wrong with it before it runs, each with its place in the document. */
  readonly complaints: readonly string[];
}

/** Fences in one folder, all type-checked by the options of the repository, together. */
export interface Compilation {
  readonly folder: string;
  readonly fences: ReadonlyMap<Fence, Compiled>;
}

/** Writes the fences under `.tmp`, into a folder of this run alone, and type-checks them. */
export function compile(fences: readonly Fence[]): Compilation {
  mkdirSync('.tmp', { recursive: true });
  const folder = mkdtempSync(join('.tmp', 'docs-'));
  const options = optionsOfRepository();
  const before = ts.createProgram(rootsOf(fences), options);
  const up = relative(folder, '.').replaceAll('\\', '/');
  const doors = doorsOf(before);
  const compiled = new Map<Fence, Compiled>();
  const written = new Map<string, Program>();
  for (const fence of fences) {
    const file = join(folder, `${whereIs(fence).replaceAll(/[/:]/g, '.')}.ts`);
    try {
      const own = fence.isExample ? new Map([[`${up}/${fence.path}`, exportsOf(before, fence.path)]]) : [];
      const program = programOf(fence, new Map([...doors, ...own]), `${up}/test/docs/same.ts`);
      writeFileSync(file, program.text);
      written.set(file, program);
    } catch (error) {
      compiled.set(fence, { file, promises: [], complaints: [String(error)] });
    }
  }
  const checked = ts.createProgram([...written.keys()], options, undefined, before);
  for (const [file, { fence, promises }] of written) {
    compiled.set(fence, { file, promises, complaints: complaintsAbout(checked, file, fence) });
  }
  return { folder, fences: compiled };
}

function complaintsAbout(program: ts.Program, file: string, fence: Fence): readonly string[] {
  const tree = program.getSourceFile(file);
  const diagnostics = [...program.getSyntacticDiagnostics(tree), ...program.getSemanticDiagnostics(tree)];
  return diagnostics.map(({ start = 0, messageText }) => {
    const line = (tree?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
    return `${fence.path}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

function optionsOfRepository(): ts.CompilerOptions {
  const { config, error } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd(), {}, 'tsconfig.json');
  // What a page declares to show it need not be used.
  return { ...options, noUnusedLocals: false, noUnusedParameters: false };
}

const doorFiles: ReadonlyMap<string, string> = new Map([
  ['firesteel', 'src/index.ts'],
  ['firesteel/testing', 'src/testing/index.ts'],
]);

/** The doors, and the files with examples: an example may use what its own file exports, though no door does. */
function rootsOf(fences: readonly Fence[]): string[] {
  const own = fences.filter(({ isExample }) => isExample).map(({ path }) => path);
  return [...new Set([...doorFiles.values(), ...own])].filter((path) => existsSync(path));
}

function doorsOf(program: ts.Program): Doors {
  return new Map([...doorFiles].map(([door, file]) => [door, exportsOf(program, file)]));
}

function exportsOf(program: ts.Program, file: string): readonly Exported[] {
  const checker = program.getTypeChecker();
  const tree = program.getSourceFile(file);
  const symbol = tree === undefined ? undefined : checker.getSymbolAtLocation(tree);
  const exported = symbol === undefined ? [] : checker.getExportsOfModule(symbol);
  return exported.map((each) => ({ name: each.name, isType: !isValue(each, checker) }));
}

function isValue(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return (flags & ts.SymbolFlags.Value) !== 0;
}
