import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import domains from '#domains' with { type: 'json' };
import { EXPORTED_DOMAINS } from '#functions/account/export.ts';
import { ConfigError, loadConfig } from '#shared/config/config.ts';
import { importDomainModules } from '#shared/domain-modules.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { declareErrors, ERROR_SENTENCE, type ErrorCode, errorCodes } from '#shared/errors/error-codes.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { declareMails } from '#shared/mail/mail-templates.ts';
import { loadPersonalData } from '#shared/personal-data.ts';

const productFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.test)\.(ts|yml)$/.test(path) && !path.includes('testing/'))
    .map((path) => `${folder}/${path}`);

const variablesByDomain = async (): Promise<[domain: string, names: string[]][]> =>
  [...(await importDomainModules('config'))].map(([domain, module]) => {
    const { variables } = (module as { variables: { variables: object } }).variables;
    return [domain, Object.keys(variables)];
  });

describe('what domains declare', () => {
  it('is found by the name of its file, in the order of domains.json', async () => {
    const found = [...(await importDomainModules('errors')).keys()];
    expect(found).toEqual(Object.keys(domains).filter((domain) => found.includes(domain)));
    expect(found).toEqual(expect.arrayContaining(['media', 'tasks', 'auth', 'kana']));
    expect(await importDomainModules('no-such-name')).toEqual(new Map());
  });

  it('is read by the domain and those above it alone', async () => {
    const declared = await variablesByDomain();
    expect(declared.flatMap(([, names]) => names).length).toBeGreaterThan(40);
    for (const [domain, names] of declared) {
      const above = Object.entries(domains).filter(([, below]) => (below as string[]).includes(domain));
      const readers = [domain, ...above.map(([name]) => name)].map((name) => `functions/${name}/`);
      const others = ['shared', 'functions']
        .flatMap(productFiles)
        .filter((path) => !readers.some((reader) => path.startsWith(reader)));
      const pattern = new RegExp(`\\b(${names.join('|')})\\b`);
      expect(others.filter((path) => pattern.test(readFileSync(path, 'utf8')))).toEqual([]);
    }
  });
});

test('the faults of all domains are reported at once', () => {
  const environment = {
    APP_ENV: 'test',
    DB_PORT: 'x',
    MEDIA_LINK_WINDOW: '7h',
    TASK_LEASE_SECONDS: '0',
    JWT_REFRESH_GRACE: 'soon',
  };
  expect(() => loadConfig(environment)).toThrow(ConfigError);
  for (const name of Object.keys(environment).slice(1)) {
    expect(() => loadConfig(environment)).toThrow(`  ${name}: `);
  }
  const pairs = { BOOTSTRAP_ADMIN_EMAIL: 'a@example.com', MEDIA_STORE: 's3', MEDIA_S3_ACCESS_KEY_ID: 'a' };
  for (const name of ['BOOTSTRAP_ADMIN_EMAIL', 'MEDIA_S3_BUCKET', 'MEDIA_S3_ACCESS_KEY_ID']) {
    expect(() => loadConfig({ APP_ENV: 'test', ...pairs })).toThrow(`  ${name}: `);
  }
});

describe('error codes', () => {
  const contract = {
    summary: 'Test',
    guard: 'public',
    responses: { 204: { description: 'Done.' } },
  } as const;
  const define = (...errors: string[]) =>
    endpoint({ ...contract, errors: errors as ErrorCode[] }, () => ({ status: 204 }));

  it('are known to an endpoint when it is defined, or it is refused', () => {
    expect(define('last_admin', 'hiragana_taken').contract.errors).toHaveLength(2);
    expect(() => define('last_admin', 'no_such_code', 'constructor')).toThrow(
      'no_such_code, constructor: no errors.ts declares this error code',
    );
  });

  it('are declared once, and every one has a sentence', () => {
    expect(() => declareErrors({ not_found: [404, 'Again.'] })).toThrow('not_found: is declared twice');
    for (const code of errorCodes()) {
      expect(ERROR_SENTENCE[code], code).toMatch(/^[A-Z].*[^.]\.$/);
      expect(new AppError(code).message).toBe(ERROR_SENTENCE[code]);
    }
  });
});

test('a mail template is declared once', () => {
  const texts = { subject: 'Again', body: 'Again', sensitive: false };
  expect(() => declareMails({ forgot_template: [texts] })).toThrow('forgot_template: is declared twice');
});

test('the export has a key for every domain that keeps something about its users', async () => {
  const readers = [...(await loadPersonalData())].filter(([, { read }]) => read).map(([domain]) => domain);
  expect(readers.length).toBeGreaterThan(2);
  expect([...EXPORTED_DOMAINS]).toEqual(expect.arrayContaining(readers));
});
