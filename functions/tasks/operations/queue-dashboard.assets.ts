import { join } from 'node:path';
import { type Files, filesBelow, packageFolder } from '#shared/checkout/package-files.ts';

const FOLDER = join(packageFolder('@bull-board/ui'), 'dist');

/** Templates of the dashboard's pages. */
export const DASHBOARD_PAGES: Files = { 'index.ejs': join(FOLDER, 'index.ejs') };

/** What the dashboard's page loads, below `static/`. */
export const DASHBOARD_FILES: Files = filesBelow(join(FOLDER, 'static'));
