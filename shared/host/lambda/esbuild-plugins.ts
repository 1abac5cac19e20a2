import { assetFiles } from './asset-files.ts';
import { besideEntry } from './beside-entry.ts';
import { generatedModules } from './generated-modules.ts';
import { leftOut } from './left-out.ts';
import { ownModules } from './own-modules.ts';

/** How serverless-esbuild makes a bundle that needs nothing of the checkout; the first that resolves a module wins. */
export default [besideEntry, leftOut, generatedModules, assetFiles, ownModules];
