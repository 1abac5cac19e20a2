import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** Files by the name under which code knows them, each with the absolute path where it lies. */
export type Files = Readonly<Record<string, string>>;

/** All files below a folder, named by their path in it with slashes. */
export const filesBelow = (folder: string): Files =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(folder.length + 1).replaceAll('\\', '/'), path]),
  );

/** The folder of a package of ours. */
export const packageFolder = (name: string): string => dirname(require.resolve(`${name}/package.json`));
