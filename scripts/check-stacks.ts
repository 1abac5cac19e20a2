/**
 * `npm run check:stacks`: packages every domain as its own stack, without network or credentials, and checks
 * what CloudFormation would refuse or what would be slow to load.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { toolEnvironment } from '#dev/tool-environment.ts';
import { declaredFunctions } from '#shared/checkout/declared-functions.ts';

/** CloudFormation refuses 500; the rest is room for a domain to grow before it must be split. */
const MAXIMUM_RESOURCES = 450;
/** Lambda takes 50 MB zipped; ours are far below, so a growing one means that something was bundled by mistake. */
const MAXIMUM_ZIP_BYTES = 8 * 1024 * 1024;

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

const faults: string[] = [];
const domains = [...new Set(declaredFunctions().map(({ domain }) => domain))];

for (const domain of domains) {
  // serverless-esbuild never cleans up, and leftovers would end in every zip.
  rmSync('.esbuild', { recursive: true, force: true });
  rmSync('.serverless', { recursive: true, force: true });
  execFileSync(process.execPath, ['node_modules/serverless/bin/serverless.js', 'package'], {
    env: {
      ...process.env,
      ...toolEnvironment(process.env),
      SERVICE: domain,
      SLS_BUILD: 'package',
      SLS_LOG_LEVEL: 'error',
      SLS_TELEMETRY_DISABLED: '1',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const file = '.serverless/cloudformation-template-update-stack.json';
  const { Resources } = JSON.parse(readFileSync(file, 'utf8')) as Template;
  const types = Object.values(Resources).map(({ Type }) => Type);
  const functions = types.filter((type) => type === 'AWS::Lambda::Function').length;
  const logGroups = types.filter((type) => type === 'AWS::Logs::LogGroup').length;
  const zips = readdirSync('.serverless').filter((name) => name.endsWith('.zip'));
  const largest = Math.max(...zips.map((name) => statSync(`.serverless/${name}`).size));
  if (types.length > MAXIMUM_RESOURCES) faults.push(`${domain}: ${types.length} resources`);
  if (functions !== declaredFunctions().filter((each) => each.domain === domain).length) {
    faults.push(`${domain}: ${functions} functions in the template`);
  }
  if (logGroups < functions) faults.push(`${domain}: a function has no log group`);
  if (zips.length !== functions) faults.push(`${domain}: ${zips.length} zips for ${functions} functions`);
  if (largest > MAXIMUM_ZIP_BYTES) faults.push(`${domain}: a zip of ${largest} bytes`);
  console.log(
    `${domain}: ${types.length} resources, ${functions} functions, largest zip ${Math.round(largest / 1024)} KB`,
  );
}

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
