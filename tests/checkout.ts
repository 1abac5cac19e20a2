import { appendFile, cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '#dev/paths.ts';

/** A copy of the sources that a test may edit, so that the working tree stays as it is. */
export interface Checkout {
  readonly root: string;
  /** Saves a file, given relative to the root. */
  save(path: string, text: string): Promise<void>;
  /** Adds a function that answers a route such as `GET /probe` without the API's middleware. */
  addFunction(name: string, route: string, source: string): Promise<void>;
  remove(): Promise<void>;
}

const COPIED = ['functions', 'shared', 'dev', 'serverless.yml', 'domains.json', 'package.json'];

/** Where {@link Checkout.addFunction} puts a function. */
export const handlerPath = (name: string): string => `functions/system/handlers/${name}.ts`;

/** Source of a handler that answers 200 with the text that a TypeScript expression yields. */
export const answering = (expression: string, imports = ''): string =>
  `${imports}\nexport const handler = async (): Promise<unknown> => ({ statusCode: 200, body: ${expression} });\n`;

/** Copies the working tree's sources into a temporary directory; the packages are shared. */
export const copyCheckout = async (): Promise<Checkout> => {
  const root = await mkdtemp(join(tmpdir(), 'japanesestudent-checkout-'));
  for (const name of COPIED) await cp(join(REPOSITORY, name), join(root, name), { recursive: true });
  await symlink(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  const save = (path: string, text: string): Promise<void> => writeFile(join(root, path), text);
  return {
    root,
    save,
    addFunction: async (name, route, source) => {
      await save(handlerPath(name), source);
      const definition = `${name}:\n  handler: functions/system/handlers/${name}.handler\n  events:\n    - httpApi: "${route}"\n`;
      await appendFile(join(root, 'functions/system/functions.yml'), `\n${definition}`);
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
};
