import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../checkout/root.ts';
import type { Route } from '../http/routing-table.ts';

/** A group of operations in the documentation: one for each area. */
export interface Tag {
  readonly name: string;
  readonly description: string;
}

/** The folder of the area (or of the small domain) that a handler belongs to. */
const areaOf = (handler: string): string => join(ROOT, dirname(dirname(handler)));

const known = new Map<string, Tag>();

/**
 * The tag of a route: heading and first paragraph of the README in the folder of its area.
 * @throws TypeError where there is none
 */
export const tagOf = ({ handler }: Route): Tag => {
  const folder = areaOf(handler);
  const tag = known.get(folder) ?? readTag(folder);
  known.set(folder, tag);
  return tag;
};

const readTag = (folder: string): Tag => {
  const file = join(folder, 'README.md');
  if (!existsSync(file)) throw new TypeError(`${file} is missing: it names and describes the area`);
  const [heading = '', paragraph = ''] = readFileSync(file, 'utf8').split(/\n{2,}/);
  const name = heading.replace(/^# /, '').trim();
  const description = paragraph.replaceAll('\n', ' ').trim();
  if (!heading.startsWith('# ') || description === '') {
    throw new TypeError(`${file} needs a heading and a paragraph`);
  }
  return { name, description };
};
