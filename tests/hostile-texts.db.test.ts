import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer } from '#functions/auth/testing/admin-test.ts';
import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { type BodyShape, bodyShapeOf } from '#shared/http/body/body-shape.ts';
import { guardsOf } from '#shared/http/caller/guards.ts';
import { type DocumentedRoute, loadContracts } from '#shared/openapi/document.ts';
import type { TestResponse } from '#shared/testing/invoke.ts';
import { callOperation } from '#shared/testing/operations.ts';

/** Longest time that one request may hold the event loop beyond what an idle one shows. */
const ALLOWED_MS = 50;
/** Noise of the machine only makes a measurement longer, so the shortest counts. */
const TRIES = 8;
const BODY_BYTES = 1_048_576;

const ROUTES = (await loadContracts()).filter(({ contract }) => {
  const body = contract.request?.body;
  return body && body.format !== 'multipart';
});

let auth: AuthHarness;
let admin: Record<string, string>;
let idleMs: number;
const delay = monitorEventLoopDelay({ resolution: 1 });

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/**
 * Longest delay of the loop while the work is under way, in milliseconds; at most what the thread itself has worked,
 * as on a busy machine others take the processor away.
 */
const delayDuring = async (work: () => Promise<unknown>): Promise<number> => {
  // The probe counts from its last tick, so it has to be awake before.
  await sleep(3);
  delay.reset();
  const before = cpuMs();
  await work();
  await sleep(3);
  return Math.min(delay.max / 1e6, cpuMs() - before);
};

beforeAll(async () => {
  auth = await openAuthHarness({ AUTH_THROTTLE: 'off' });
  admin = bearer(await auth.logIn(await auth.createAccount({ role: 3 })));
  delay.enable();
  idleMs = await delayDuring(() => sleep(300));
});
afterAll(async () => {
  delay.disable();
  await auth.close();
});

const GUARD_CODES = ['unauthenticated', 'invalid_token', 'invalid_api_key', 'forbidden'];

const send = async (
  route: Pick<DocumentedRoute, 'method' | 'path' | 'contract'>,
  body: string,
): Promise<TestResponse> => {
  const guards = guardsOf(route.contract);
  const headers = guards.includes('service') ? { 'x-api-key': auth.config.API_KEY } : admin;
  const path = route.path.replace(/\{[^}]+\}/g, '999999');
  const isPublic = guards.includes('public');
  const answer = await callOperation(`${route.method} ${path}`, { body, headers: isPublic ? {} : headers });
  // Else nobody would have looked at the body.
  if (!isPublic) expect(GUARD_CODES).not.toContain(answer.json?.code);
  return answer;
};

/** Sends until one measurement is short enough; the shortest is judged. */
const expectNoHold = async (name: string, work: () => Promise<TestResponse>): Promise<void> => {
  let shortest = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && shortest >= ALLOWED_MS + idleMs; tries++) {
    const measured = await delayDuring(async () => {
      const { status } = await work();
      expect(status, name).toBeLessThan(500);
    });
    shortest = Math.min(shortest, measured);
  }
  expect(shortest, name).toBeLessThan(ALLOWED_MS + idleMs);
};

const filled = (piece: string, bytes: number): string =>
  piece.repeat(Math.max(0, Math.floor(bytes / Buffer.byteLength(piece))));
const quoted = (piece: string) => (bytes: number) => `"a${filled(piece, bytes - 4)}b"`;

/** Hostile values of about so many bytes, as JSON. */
const VALUES: Record<string, (bytes: number) => string> = {
  'blanks between letters': quoted(' '),
  'combining marks': quoted('\u0301\u0316'),
  'marks that are several': quoted('\u0344\u0316'),
  'expanding characters': quoted('\ufdfa'),
  escapes: quoted('\\n'),
  'texts of one letter': (bytes) => `[${filled('"a",', bytes - 6)}"a"]`,
  'lists of nothing': (bytes) => `[${filled('[],', bytes - 6)}[]]`,
  'deep nesting': (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
  'objects of many names': (bytes) => {
    const names = Array.from({ length: Math.floor(bytes / 12) }, (_, index) => `"k${index}":1`);
    return `[{${names.join(',')}}]`;
  },
};

/** The longest texts that a schema may take, of the characters that grow most. */
const longest = (shape: BodyShape): unknown => {
  if (shape.kind === 'text') return '\ufdfa'.repeat(Math.max(1, Math.floor((shape.maximum - 256) / 4)));
  if (shape.kind === 'array')
    return Array.from({ length: Math.min(shape.maximum, 30) }, () => longest(shape.item));
  if (shape.kind === 'plain') return 1;
  return Object.fromEntries([...shape.members].map(([name, member]) => [name, longest(member)]));
};

test('there are bodies to send', () => {
  expect(ROUTES.length).toBeGreaterThan(25);
});

describe.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s',
  (_name, route) => {
    const body = route.contract.request?.body;
    if (!body) throw new TypeError('the route has no body');
    const names = [...Object.keys(body.schema.shape), 'unknown'];

    test('no text, list or key of any size holds the loop', async () => {
      let turn = ROUTES.indexOf(route);
      for (const [kind, value] of Object.entries(VALUES)) {
        const share = Math.floor((BODY_BYTES - 2_048) / names.length);
        const all = names.map((name) => `"${name}":${value(share)}`).join(',');
        await expectNoHold(`${kind} in all fields`, () => send(route, `{${all}}`));
        turn += 1;
        // The whole size in one field, of each endpoint another third of the kinds.
        if (turn % 3 !== 0) continue;
        const name = names[turn % names.length];
        const one = `{"${name}":${value(BODY_BYTES - 2_048)}}`;
        await expectNoHold(`${kind} in ${name}`, () => send(route, one));
      }
      const keys = Array.from({ length: 80_000 }, (_, index) => `"k${index}":1`).join(',');
      await expectNoHold('many unknown keys', () => send(route, `{${keys}}`));
      const known = JSON.stringify(longest(bodyShapeOf(body.schema)));
      await expectNoHold('the longest texts allowed', () => send(route, known));
    }, 60_000);
  },
);

describe('a preview', () => {
  const MARKUP: Record<string, string> = {
    'nested links': filled('<a href=h>', 40_000) + filled('</a>', 25_000),
    'open elements': filled('<b>', 65_000),
    'ends of what is not open': filled('<ul>', 32_000) + filled('</ol>', 32_000),
    entities: filled('&lt', 65_000),
    placeholders: filled('{{1}}', 500),
  };
  const VARIABLES: Record<string, string> = {
    'escaped signs': '&'.repeat(1_500),
    'blanks and breaks': ' \n'.repeat(5_000),
    marks: '\u0301\u0316'.repeat(5_000),
  };

  test.each(Object.entries(MARKUP))(
    'of %s does not hold the loop',
    async (slug, markup) => {
      const template = { slug: slug.replace(/ /g, '-'), subject_template: '{{1}}', body_template: markup };
      const created = await callOperation('POST /api/v6/admin/email-templates', {
        body: template,
        headers: admin,
      });
      expect(created.status).toBe(201);
      const path = `/api/v6/admin/email-templates/${created.json.id}/preview`;
      for (const [name, variable] of Object.entries(VARIABLES)) {
        const body = JSON.stringify({ variables: [variable] });
        await expectNoHold(name, () => callOperation(`POST ${path}`, { body, headers: admin }));
      }
    },
    60_000,
  );
});
