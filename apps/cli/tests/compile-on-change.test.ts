import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryRoot, temporaryFolder } from '@pressroom/testing';
import { compileOnChange } from '../src/system/compile-on-change.ts';

/** A package `words`, and an app `shout` that uses it. */
async function drawProject(): Promise<string> {
  const { path } = await temporaryFolder();
  const options = { composite: true, rootDir: '.', outDir: 'dist', types: [], skipLibCheck: true };
  const files = {
    'package.json': '{ "type": "module" }',
    'packages/words/tsconfig.json': JSON.stringify({ compilerOptions: options, include: ['src'] }),
    'packages/words/src/index.ts': "export const word: string = 'one';\n",
    'apps/shout/tsconfig.json': JSON.stringify({
      compilerOptions: options,
      include: ['src'],
      references: [{ path: '../../packages/words' }],
    }),
    'apps/shout/src/main.ts': 'export const shout: string = "loud";\n',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), text);
  }
  await symlink(join(repositoryRoot(), 'node_modules'), join(path, 'node_modules'));
  return path;
}

test('what an app stands on is compiled again, also when an editor saves by renaming; a mistake is told', async () => {
  const projectFolder = await drawProject();
  const said: string[] = [];
  let heard: () => void = () => {};
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      heard = resolve;
    });
  const say = (line: string): void => {
    said.push(line);
    heard();
  };
  const stop = await compileOnChange({ projectFolder, apps: ['shout'], say });
  const source = join(projectFolder, 'packages/words/src/index.ts');
  const compiled = (): Promise<string> =>
    readFile(join(projectFolder, 'packages/words/dist/src/index.js'), 'utf8');
  try {
    let once = next();
    await writeFile(source, "export const word: string = 'two';\n");
    await once;
    expect(await compiled()).toContain("'two'");
    for (const word of ['three', 'four']) {
      once = next();
      await writeFile(`${source}~`, `export const word: string = '${word}';\n`);
      await rename(`${source}~`, source);
      await once;
      expect(await compiled()).toContain(`'${word}'`);
    }
    once = next();
    await writeFile(source, 'export const word: string = 5;\n');
    await once;
    expect(said.at(-1)).toMatch(/^Not compiled/);
  } finally {
    await stop();
  }
}, 60_000);

test('a folder that a checkout took away and brought back is watched again; a stop in the middle of a run ends it', async () => {
  const projectFolder = await drawProject();
  const inner = join(projectFolder, 'packages/words/src/inner');
  const compiled = join(projectFolder, 'packages/words/dist/src/inner/deep.js');
  const write = async (word: string): Promise<void> => {
    await mkdir(inner, { recursive: true });
    await writeFile(join(inner, 'deep.ts'), `export const deep: string = '${word}';\n`);
  };
  let heard: () => void = () => {};
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      heard = resolve;
    });
  await write('one');
  const stop = await compileOnChange({ projectFolder, apps: ['shout'], say: () => heard() });
  let told = next();
  await rm(inner, { recursive: true });
  await write('two');
  await told;
  expect(await readFile(compiled, 'utf8')).toContain("'two'");
  told = next();
  await writeFile(join(inner, 'deep.ts'), "export const deep: string = 'three';\n");
  await told;
  expect(await readFile(compiled, 'utf8')).toContain("'three'");
  await write('four');
  await stop();
  await stop();
}, 60_000);
