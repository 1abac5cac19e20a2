import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { PASSWORD } from '#functions/auth/testing/fixtures.ts';
import { guardsOf } from '#shared/http/caller/guards.ts';
import { type DocumentedRoute, loadContracts } from '#shared/openapi/document.ts';
import type { TestRequest, TestResponse } from '#shared/testing/invoke.ts';
import { callOperation } from '#shared/testing/operations.ts';

/** What every object inherits, and a name that nothing has. */
const NAMES = [
  'constructor',
  'toString',
  '__proto__',
  'hasOwnProperty',
  'valueOf',
  'then',
  'toJSON',
  'unknown',
];
const SERVICE = { 'x-api-key': 'local-api-key-worthless' };
const BOUNDARY = 'x';

let world: AuthHarness;
beforeAll(async () => {
  world = await openAuthHarness();
});
afterAll(() => world.close());

const routes = await loadContracts();
/** A path of the route: of an account that nobody else uses, or of nothing. */
const pathOf = async ({ path }: DocumentedRoute): Promise<string> => {
  const isOfAccount = path.startsWith('/api/v6/admin/users/{id}');
  const id = isOfAccount ? (await world.createAccount()).id : 987_654_321;
  return path.replace('{mediaType}', 'word').replace(/\{[^}]+\}/g, String(id));
};

let calls = 0;
/** Every call has an account of its own, so that no answer depends on an earlier one; `number` tells them apart. */
const credentials = async ({ contract }: DocumentedRoute): Promise<Record<string, string>> => {
  if (guardsOf(contract).includes('service')) return SERVICE;
  if (guardsOf(contract).includes('public')) return {};
  return (await world.logIn(await world.createAccount({ role: 3 }))).headers;
};

const send = async (
  route: DocumentedRoute,
  { headers = {}, path, ...request }: TestRequest,
): Promise<TestResponse> => {
  calls += 1;
  const address = `10.0.${calls >> 8}.${calls & 255}`;
  const all = { ...(await credentials(route)), ...headers };
  return callOperation(`${route.method} ${path ?? (await pathOf(route))}`, {
    address,
    headers: all,
    ...request,
  });
};

/** All of an answer that does not differ from call to call. */
const essence = ({ status, json }: TestResponse) => ({ status, code: json?.code, details: json?.details });

type Part = readonly [name: string, value: string, filename?: string];

const multipart = (parts: readonly Part[]): Buffer =>
  Buffer.from(
    [
      ...parts.map(([name, value, filename]) => {
        const file = filename === undefined ? '' : `; filename="${filename}"`;
        return `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
      }),
      `--${BOUNDARY}--\r\n`,
    ].join(''),
  );

/** Fields with which the request gets further than its schema. */
const known = ({ functionName }: DocumentedRoute): Readonly<Record<string, unknown>> => {
  const name = `fresh${calls}`;
  const account = { email: `${name}@example.com`, username: name, password: PASSWORD };
  if (functionName === 'register') return account;
  if (functionName === 'create-user') return { ...account, role: 1 };
  if (functionName === 'update-user') return { username: name };
  return {};
};

type Form = (route: DocumentedRoute, isHostile: boolean) => Pick<TestRequest, 'headers' | 'body'>;

const asJson: Form = (route, isHostile) => {
  const fields = Object.entries(known(route)).map((entry) =>
    entry.map((part) => JSON.stringify(part)).join(':'),
  );
  const hostile = NAMES.flatMap((name) => [`"${name}":"1"`, `"${name}":{"${name}":[1]}`]);
  const headers = { 'content-type': 'application/json' };
  return { headers, body: `{${[...fields, ...(isHostile ? hostile : [])].join()}}` };
};

const asMultipart: Form = (route, isHostile) => {
  const fields = Object.entries(known(route)).map(([name, value]): Part => [name, String(value)]);
  const file: Part[] = route.contract.request?.stream ? [['file', `ID3${calls}`, 'a.mp3']] : [];
  const hostile = NAMES.flatMap((name): Part[] => [
    [name, '1'],
    [name, '2'],
    [name, '3', 'a.png'],
    [name, '4', name],
  ]);
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  return { headers, body: multipart([...fields, ...file, ...(isHostile ? hostile : [])]) };
};

const formsOf = ({ contract: { request = {} } }: DocumentedRoute): readonly (Form | undefined)[] => {
  if (request.stream?.contentType.startsWith('multipart')) return [asMultipart];
  if (!request.body) return [undefined];
  const { format } = request.body;
  return format === 'json' ? [asJson] : format === 'multipart' ? [asMultipart] : [asJson, asMultipart];
};

const QUERY = NAMES.flatMap((name) => [`${name}=1`, `${name}=2`]).join('&');
const COOKIE = NAMES.flatMap((name) => [`${name}=1`, `${name}=2`]).join('; ');
const HEADERS = Object.fromEntries(NAMES.map((name) => [name, '1']));

describe('names that every object has', () => {
  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'mean nothing to %s',
    async (_name, route) => {
      for (const form of formsOf(route)) {
        // What is there only once is there from now on.
        await send(route, form?.(route, false) ?? {});
        const plain = essence(await send(route, form?.(route, false) ?? {}));
        expect(plain.status).not.toBe(500);
        const query = await send(route, { ...form?.(route, false), query: QUERY });
        expect(essence(query), 'in the query').toEqual(plain);
        const body = form?.(route, false);
        const headers = { ...HEADERS, cookie: COOKIE, ...body?.headers };
        expect(essence(await send(route, { ...body, headers })), 'in headers and cookies').toEqual(plain);
        if (form) expect(essence(await send(route, form(route, true))), 'in the body').toEqual(plain);
      }
    },
  );

  it.each(
    routes
      .filter(({ path }) => path.includes('{'))
      .map((route) => [`${route.method} ${route.path}`, route] as const),
  )('are fine in the path of %s', async (_name, route) => {
    for (const name of NAMES) {
      const path = route.path.replace(/\{[^}]+\}/g, name);
      const { status } = await send(route, { ...formsOf(route)[0]?.(route, false), path });
      expect([name, status < 500], String(status)).toEqual([name, true]);
    }
  });
});
