import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where all that is fetched and made is kept; git does not know it. */
export const sparkFolder = '.tmp/spark';

const pyspark = 'pyspark==4.3.0';
const sources = 'bench/spark/java';

/** What is needed to start a program on Spark. */
export interface Installed {
  readonly jars: string;
  readonly classes: string;
  /** Of Java, `17.0.15`. */
  readonly java: string;
}

/** Fetches Spark and compiles the programs for it, as far as they are not there. */
export function install(say: (text: string) => void): Installed {
  const java = javaVersion();
  mkdirSync(sparkFolder, { recursive: true });
  const venv = join(sparkFolder, 'venv');
  let jars = jarsIn(venv);
  if (jars === undefined) {
    say(`Installing ${pyspark} into ${venv}, 500 MB.`);
    run('python3', ['-m', 'venv', venv], 'Python 3.9 or newer, with venv, is needed to fetch Spark.');
    const pip = ['install', '--quiet', '--disable-pip-version-check', pyspark];
    run(join(venv, 'bin', 'pip'), pip, `pip could not install ${pyspark}.`);
    jars = jarsIn(venv);
    if (jars === undefined) throw new Error(`There are no jars in ${venv} after the installation of ${pyspark}.`);
  }
  const classes = join(sparkFolder, 'classes');
  if (!isCompiled(classes)) {
    say('Compiling the programs for Spark.');
    const files = javaFiles().map((file) => join(sources, file));
    const options = ['-nowarn', '-Xlint:none', '-cp', `${jars}/*`, '-d', classes];
    run('javac', [...options, ...files], 'The programs for Spark could not be compiled.');
  }
  return { jars, classes, java };
}

/** @throws Error with what to install */
function javaVersion(): string {
  const need = 'A JDK 17 or newer is needed to run Spark: java and javac, on the PATH.';
  const { status, stdout, stderr } = spawnSync('javac', ['-version'], { encoding: 'utf8' });
  const version = /javac (\S+)/.exec(`${stdout}${stderr}`)?.[1];
  if (status !== 0 || version === undefined) throw new Error(`javac does not run. ${need}`);
  if (Number.parseInt(version, 10) < 17) throw new Error(`javac is ${version}. ${need}`);
  return version;
}

function jarsIn(venv: string): string | undefined {
  const lib = join(venv, 'lib');
  if (!existsSync(lib)) return undefined;
  const folders = readdirSync(lib).map((python) => join(lib, python, 'site-packages', 'pyspark', 'jars'));
  return folders.find((folder) => existsSync(folder) && readdirSync(folder).length > 0);
}

function isCompiled(classes: string): boolean {
  return javaFiles().every((file) => {
    const compiled = join(classes, file.replace('.java', '.class'));
    return existsSync(compiled) && statSync(compiled).mtimeMs > statSync(join(sources, file)).mtimeMs;
  });
}

function javaFiles(): string[] {
  return readdirSync(sources).filter((file) => file.endsWith('.java'));
}

/** @param need what to say where it fails */
function run(command: string, args: readonly string[], need: string): void {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  } catch (cause) {
    throw new Error(`${command} failed. ${need}`, { cause });
  }
}
