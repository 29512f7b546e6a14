import { readdir, readFile } from 'node:fs/promises';

/** A deliberate bug. */
export interface PlantedBug {
  /** The name of its file, without the ending. */
  readonly name: string;
  /** What is wrong, in a sentence. */
  readonly what: string;
  /** The file: the sentence, then the diff. */
  readonly text: string;
}

/** The bugs of a folder, in the order of their numbers. */
export async function readBugs(folder: string): Promise<readonly PlantedBug[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.patch')).sort();
  return await Promise.all(
    files.map(async (file) => bugOf(file.replace(/\.patch$/, ''), await readFile(`${folder}/${file}`, 'utf8'))),
  );
}

/** @throws Error where it does not begin with what is wrong */
export function bugOf(name: string, text: string): PlantedBug {
  const [what = ''] = text.split('\n');
  if (!/^[A-Z].*\.$/.test(what)) throw new Error(`${name} does not begin with a sentence that says what is wrong.`);
  return { name, what, text };
}
