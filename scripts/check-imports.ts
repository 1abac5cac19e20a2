/** `npm run check:imports`: proves the import directions, and that the check looked at the whole tree. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

interface CruiseResult {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

const FOLDERS = ['functions', 'shared', 'dev', 'scripts', 'tests'];

const output = execFileSync(
  process.execPath,
  ['node_modules/.bin/depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...FOLDERS],
  { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
);
const { modules, summary } = JSON.parse(output) as CruiseResult;

// With a TypeScript it cannot load, dependency-cruiser sees nothing and reports success: count for ourselves.
const isOurs = (path: string) =>
  FOLDERS.some((folder) => path.startsWith(`${folder}/`)) && path.endsWith('.ts');
const cruised = modules.filter(({ source }) => isOurs(source)).length;
const present = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }),
).filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts')).length;

for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} -> ${to}`);
if (cruised < present) console.error(`only ${cruised} of ${present} modules were looked at`);
if (summary.violations.length > 0 || cruised < present) process.exit(1);
console.log(`import directions hold in ${cruised} modules`);
