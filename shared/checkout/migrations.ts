import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Migration } from 'kysely/migration';
import { DOMAINS } from '../domains.ts';
import { ROOT } from './root.ts';

/** A numbered migration of a domain: `auth/0001-accounts`. */
export interface MigrationFile {
  readonly name: string;
  /** In the checkout. */
  readonly path: string;
  load(): Promise<Migration>;
}

const FILE = /^(\d{4}-[a-z0-9-]+)\.ts$/;

/** All migrations of all domains, domains in import order and each domain's by number; part of each bundle. */
export const migrationFiles = (): readonly MigrationFile[] =>
  DOMAINS.flatMap((domain) => {
    const folder = `functions/${domain}/migrations`;
    if (!existsSync(join(ROOT, folder))) return [];
    return readdirSync(join(ROOT, folder))
      .sort()
      .flatMap((file) => {
        const name = FILE.exec(file)?.[1];
        if (!name) return [];
        const path = `${folder}/${file}`;
        const url = pathToFileURL(join(ROOT, path)).href;
        return [{ name: `${domain}/${name}`, path, load: () => import(/* @vite-ignore */ url) }];
      });
  });
