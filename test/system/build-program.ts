import ts from 'typescript';

/** Makes JavaScript of a program and of all it imports; whether the types are right is not the matter here. */
export function buildProgram(path: string, outDir: string): void {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd(), {}, 'tsconfig.json');
  const emitting = { ...options, noEmit: false, noCheck: true, rootDir: '.', outDir };
  ts.createProgram([path], emitting).emit();
}
