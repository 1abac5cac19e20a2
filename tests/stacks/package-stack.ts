import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { toolEnvironment } from '#dev/tool-environment.ts';

const WORK = ['.esbuild', '.serverless'];

/** A packaged function. */
export interface Bundle {
  readonly name: string;
  readonly domain: string;
  /** Absolute; holds what the zip holds, and nothing else. */
  readonly folder: string;
  readonly zipBytes: number;
  /** What is left of it without the files that a browser loads. */
  readonly codeBytes: number;
  /** Whether it can talk to S3. */
  readonly hasAwsSdk: boolean;
}

/** What CloudFormation gets. */
export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

const isCode = (path: string): boolean => extname(path) === '.mjs';
const hasAwsSdk = (content: Uint8Array): boolean => Buffer.from(content).includes('ListMultipartUploads');

/** Sizes in the archive, by the central directory that every zip ends with. */
const assetBytes = (zip: Uint8Array): number => {
  let bytes = 0;
  unzipSync(zip, {
    filter: ({ name, size }) => {
      if (!isCode(name)) bytes += size;
      return false;
    },
  });
  return bytes;
};

const unpack = (domain: string, file: string): Bundle => {
  const zip = readFileSync(join('.serverless', file));
  const files = unzipSync(zip);
  const name = file.replace(/\.zip$/, '');
  const folder = mkdtempSync(join(tmpdir(), `bundle-${name}-`));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const code = Object.entries(files).filter(([path]) => isCode(path));
  return {
    name,
    domain,
    folder,
    zipBytes: zip.length,
    codeBytes: zip.length - assetBytes(zip),
    hasAwsSdk: code.some(([, content]) => hasAwsSdk(content)),
  };
};

/** Packages a domain as its own stack, without network or credentials, and unpacks every zip into an empty folder. */
export const packageStack = (domain: string): { readonly template: Template; readonly bundles: Bundle[] } => {
  // serverless-esbuild never cleans up, and leftovers would end in every zip.
  for (const folder of WORK) rmSync(folder, { recursive: true, force: true });
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
  const template = '.serverless/cloudformation-template-update-stack.json';
  return {
    template: JSON.parse(readFileSync(template, 'utf8')) as Template,
    bundles: readdirSync('.serverless')
      .filter((name) => name.endsWith('.zip'))
      .map((file) => unpack(domain, file)),
  };
};
