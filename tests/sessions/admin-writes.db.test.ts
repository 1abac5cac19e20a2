import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import type { SignedIn, TestAccount } from '#functions/auth/testing/fixtures.ts';
import { readMarks } from '#shared/auth/revocation.ts';
import { guardsOf } from '#shared/http/caller/guards.ts';
import { loadContracts } from '#shared/openapi/document.ts';
import { readEverything } from '../accounts/stored-data.ts';
import { ADMIN_REQUESTS, CHANGE_NOTHING } from './admin-requests.ts';
import { openAdmin, sessionIdOf } from './revocations.ts';

const SAFE = new Set(['GET', 'HEAD']);
const routes = (await loadContracts())
  .filter(({ method }) => !SAFE.has(method))
  .filter(({ contract }) => guardsOf(contract).some((guard) => guard === 'admin' || guard === 'tutor'))
  .map(({ method, path }) => `${method} ${path.replace('/api/v6', '')}`)
  .filter((route) => !CHANGE_NOTHING.has(route));

let world: AuthHarness;
let admin: SignedIn;
beforeAll(async () => {
  world = await openAuthHarness({ AUTH_THROTTLE: 'off' });
  admin = await openAdmin(world);
});
afterAll(() => world.close());

type Fall = (account: TestAccount, session: SignedIn) => Promise<unknown>;

const erased: Fall = ({ id }) => sql`DELETE FROM users WHERE id = ${id}`.execute(world.db);

/** Rights that went without a mark, as between the guard's look and the transaction. */
const FALLS: readonly (readonly [string, Fall])[] = [
  ['demoted', ({ id }) => sql`UPDATE users SET role = 1 WHERE id = ${id}`.execute(world.db)],
  ['disabled', ({ id }) => sql`UPDATE users SET disabled_at = NOW(3) WHERE id = ${id}`.execute(world.db)],
  [
    'signed out',
    (_account, session) =>
      sql`UPDATE user_sessions SET ended_at = NOW(3) WHERE id = ${sessionIdOf(session)}`.execute(world.db),
  ],
  ['erased', erased],
];

test('every unsafe endpoint of a role is looked at', () => {
  expect(Object.keys(ADMIN_REQUESTS).sort()).toEqual([...routes].sort());
});

describe.each(routes)('%s', (route) => {
  const [method = ''] = route.split(' ');

  const prepared = async () => {
    const account = await world.createAccount({ role: 3 });
    const session = await world.logIn(account);
    const make = ADMIN_REQUESTS[route];
    if (!make) throw new Error(`nobody says how to call ${route}`);
    const { path, body } = await make(world, admin, session);
    const send = () => world.call(`${method} ${path}`, { headers: session.headers, body });
    return { account, session, send };
  };

  test('is carried out for who has the right', async () => {
    const { send } = await prepared();
    expect((await send()).status).toBeLessThan(300);
  });

  test.each(FALLS)('changes nothing for an admin who was %s meanwhile', async (_name, fall) => {
    const { account, session, send } = await prepared();
    await fall(account, session);
    const claims = { userId: account.id, role: 3, sessionId: sessionIdOf(session) } as const;
    // The guard has nothing against the token.
    expect(await readMarks(world, claims)).toBe('unmarked');
    const before = await readEverything(world.db);
    const { status, json } = await send();
    // An upload goes with its owner, and is looked for before anything is changed.
    const isGone = fall === erased && route.startsWith('POST /media/uploads/{uploadId}');
    expect([status, json.code]).toEqual(isGone ? [404, 'not_found'] : [401, 'invalid_token']);
    expect(await readEverything(world.db)).toEqual(before);
  });
});
