import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT_FILES = ['serverless.yml', 'domains.json'];
const WATCHED = ['functions', 'shared'];
/** What the running API never loads. */
const IGNORED = [join('shared', 'testing')];
const SOURCE = /\.(ts|mjs|cjs|js|json|ya?ml|html|css|svg|txt|sql)$/;
const TEST = /\.test\.ts$/;
/** Editors write a file in several steps. */
const QUIET_MS = 50;

/** Whether a save of this file, given relative to the root, changes what the API does. */
export const isSource = (path: string): boolean =>
  ROOT_FILES.includes(path) ||
  (WATCHED.some((directory) => path.startsWith(join(directory, '/'))) &&
    !IGNORED.some((directory) => path.startsWith(join(directory, '/'))) &&
    SOURCE.test(path) &&
    !TEST.test(path));

/** A running watch. */
export interface SourceWatch {
  close(): void;
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * Calls back once files that the API is made of have been saved and it is quiet again. One watch for each
 * directory: watches on files end when an editor replaces the file, as most do.
 */
export const watchSources = (root: string, onSave: () => void): SourceWatch => {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;

  const saved = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onSave, QUIET_MS);
  };

  const forget = (directory: string): void => {
    for (const [watched, watcher] of watchers) {
      if (watched !== directory && !watched.startsWith(join(directory, '/'))) continue;
      watcher.close();
      watchers.delete(watched);
    }
  };

  const follow = (path: string): void => {
    if (!isDirectory(path)) {
      forget(path);
    } else if (!watchers.has(path)) {
      watchTree(path);
      // Its files were there before it was watched.
      saved();
    }
  };

  const watchDirectory = (directory: string): void => {
    const watcher = watch(directory, (_event, name) => {
      if (name === null) return;
      const path = join(directory, name);
      if (directory !== root) follow(path);
      if (isSource(relative(root, path))) saved();
    });
    watcher.on('error', () => forget(directory));
    watchers.set(directory, watcher);
  };

  const watchTree = (directory: string): void => {
    watchDirectory(directory);
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) watchTree(join(directory, entry.name));
    }
  };

  watchDirectory(root);
  for (const directory of WATCHED) watchTree(join(root, directory));
  return {
    close: () => {
      clearTimeout(timer);
      forget(root);
    },
  };
};
