/**
 * `npm run check:stacks [-- domain …]`: packages every domain as its own stack, without network or credentials, and checks what
 * CloudFormation would refuse. Then every bundle is called in an empty folder, by a process that may read nothing
 * else, against throw-away servers (or those that the environment names), and held to its size and time of import.
 */
import { rmSync } from 'node:fs';
import { declaredFunctions } from '#shared/checkout/declared-functions.ts';
import { DOMAINS } from '#shared/domains.ts';
import {
  type CheckContext,
  checkBundle,
  checkImport,
  isQuickImport,
  makeReference,
  type PackagedFunction,
  signIn,
} from '../tests/stacks/check-bundles.ts';
import { packageStack, type Template } from '../tests/stacks/package-stack.ts';
import { withStackServices } from '../tests/stacks/services.ts';

/** CloudFormation refuses 500; the rest is room for a domain to grow before it must be split. */
const MAXIMUM_RESOURCES = 450;
/** The answer to its login is the credential of all other calls. */
const LOGIN = { domain: 'auth', name: 'login' };
const AT_ONCE = 2;

const faults: string[] = [];

const report = (fault: string): void => {
  faults.push(fault);
  console.error(fault);
};

const checkTemplate = (domain: string, { Resources }: Template, zips: number): number => {
  const types = Object.values(Resources).map(({ Type }) => Type);
  const functions = types.filter((type) => type === 'AWS::Lambda::Function').length;
  const logGroups = types.filter((type) => type === 'AWS::Logs::LogGroup').length;
  if (types.length > MAXIMUM_RESOURCES) report(`${domain}: ${types.length} resources`);
  if (functions !== declaredFunctions().filter((each) => each.domain === domain).length) {
    report(`${domain}: ${functions} functions in the template`);
  }
  if (logGroups < functions) report(`${domain}: a function has no log group`);
  if (zips !== functions) report(`${domain}: ${zips} zips for ${functions} functions`);
  return types.length;
};

const packageDomain = (domain: string): { resources: number; functions: PackagedFunction[] } => {
  const { template, bundles } = packageStack(domain);
  const resources = checkTemplate(domain, template, bundles.length);
  const definitions = new Map(declaredFunctions().map(({ name, definition }) => [name, definition]));
  const functions = bundles.flatMap((bundle) => {
    const definition = definitions.get(bundle.name);
    return definition ? [{ bundle, definition }] : [];
  });
  return { resources, functions };
};

const checkAll = async (functions: readonly PackagedFunction[], context: CheckContext): Promise<number> => {
  const waiting = functions.values();
  const slow: PackagedFunction[] = [];
  let slowest = 0;
  const note = ({ bundle }: PackagedFunction, checked: Awaited<ReturnType<typeof checkBundle>>): void => {
    for (const fault of checked.faults) report(`${bundle.domain}/${bundle.name}: ${fault}`);
  };
  const lane = async (): Promise<void> => {
    for (const each of waiting) {
      const checked = await checkBundle(each, context);
      note(each, checked);
      if (!isQuickImport(checked.importMs)) slow.push(each);
      else slowest = Math.max(slowest, checked.importMs);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  // The other lane costs an import time, too; what seems slow is measured alone.
  for (const each of slow) {
    const checked = await checkImport(each, context);
    note(each, checked);
    slowest = Math.max(slowest, checked.importMs);
  }
  return Math.round(slowest);
};

const kilobytes = (values: readonly number[]): number => Math.round(Math.max(0, ...values) / 1024);

const only = process.argv.slice(2);

await withStackServices(async (services) => {
  const reference = await makeReference();
  let token = '';
  // Who signs in comes first.
  const wanted = DOMAINS.filter(
    (domain) => only.length === 0 || domain === LOGIN.domain || only.includes(domain),
  );
  for (const domain of wanted.toSorted((a, b) => Number(b === LOGIN.domain) - Number(a === LOGIN.domain))) {
    const { resources, functions } = packageDomain(domain);
    const login = functions.find(({ bundle }) => domain === LOGIN.domain && bundle.name === LOGIN.name);
    if (login) token = await signIn(login, services);
    const isWanted = only.length === 0 || only.includes(domain);
    const slowest = await checkAll(isWanted ? functions : [], { ...services, reference, token });
    const bundles = functions.map(({ bundle }) => bundle);
    const withSdk = bundles.filter(({ hasAwsSdk }) => hasAwsSdk);
    const without = bundles.filter(({ hasAwsSdk }) => !hasAwsSdk);
    console.log(
      `${domain}: ${resources} resources, ${functions.length} functions; at most ${kilobytes(without.map(({ codeBytes }) => codeBytes))} KB of code, ` +
        `${withSdk.length} with the AWS SDK at most ${kilobytes(withSdk.map(({ codeBytes }) => codeBytes))} KB; ` +
        `${kilobytes(bundles.map(({ zipBytes }) => zipBytes))} KB the largest zip; ${slowest} ms the slowest import`,
    );
    for (const { folder } of bundles) rmSync(folder, { recursive: true });
  }
  rmSync(reference, { recursive: true });
});

process.exit(faults.length > 0 ? 1 : 0);
