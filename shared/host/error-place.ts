import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLACE = /(?:file:\/\/)?(\/[^\n]*?):(\d+)(?::\d+)?\)?$/;

const decoded = (path: string): string => {
  try {
    return fileURLToPath(`file://${path}`);
  } catch {
    return path;
  }
};

/**
 * The first line of the project's own code that an error of loading names, as `functions/a.ts:12`; undefined when it
 * names none. A syntax error says it above its message, others in their stack.
 */
export const errorPlace = (error: unknown, root: string): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  for (const line of (error.stack ?? '').split('\n')) {
    const [, found, number] = PLACE.exec(line.trim().replace(/^at (?:.*\()?/, '')) ?? [];
    if (found === undefined) continue;
    const path = relative(root, line.includes('file://') ? decoded(found) : found);
    if (!path.startsWith('..') && !path.split(sep).includes('node_modules')) return `${path}:${number}`;
  }
  return undefined;
};
