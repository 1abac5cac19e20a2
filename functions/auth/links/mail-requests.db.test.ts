import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '../testing/auth-harness.ts';
import { PASSWORD } from '../testing/fixtures.ts';
import { mailsOf, type OrderedMail } from '../testing/mails.ts';
import { handler as work } from './handlers/work-mail-requests.ts';
import { mailRequestQueue } from './mail-request-queue.ts';

const LIMITS = { AUTH_LIMIT_MAIL_ADDRESS: '3/1h', AUTH_LIMIT_MAIL_NETWORK: '8/1h' };

let auth: AuthHarness;
beforeAll(async () => {
  auth = await openAuthHarness(LIMITS);
});
afterAll(() => auth.close());

type Endpoint = 'resendVerification' | 'forgotPassword';
let networks = 0;
const newAddress = () => `198.18.${networks++}.1`;

const ask = (endpoint: Endpoint, email: unknown, address = newAddress(), headers = {}) =>
  auth.call(endpoint, { body: { email }, address, headers });

const requests = (email: string) =>
  auth.db.selectFrom('mail_requests').selectAll().where('email', '=', email).orderBy('id').execute();

const deliver = (ids: readonly number[]) =>
  work({ Records: ids.map((id) => ({ messageId: `mail-request-${id}`, body: JSON.stringify({ id }) })) });

/** Works on all requests for an address, each handed over twice at the same moment. */
const workTwice = async (email: string): Promise<void> => {
  const ids = (await requests(email)).map(({ id }) => id);
  const results = await Promise.all([deliver(ids), deliver(ids)]);
  for (const { batchItemFailures } of results) expect(batchItemFailures).toEqual([]);
};

const links = (userId: number) =>
  auth.db.selectFrom('one_time_tokens').selectAll().where('user_id', '=', userId).execute();

describe.each<[Endpoint, string]>([
  ['resendVerification', 'resend_verification'],
  ['forgotPassword', 'forgot_password'],
])('%s', (endpoint, kind) => {
  test('answers every address alike, and writes nothing but the request', async () => {
    const { email, id } = await auth.createAccount();
    const bodies = new Set<string>();
    for (const address of [email, ` ${email.toUpperCase()} `, `nobody-${kind}@example.com`]) {
      const answer = await ask(endpoint, address);
      expect(answer.status).toBe(202);
      expect(answer.cookies).toEqual([]);
      bodies.add(answer.text);
    }
    expect(bodies.size).toBe(1);
    expect(await requests(email)).toMatchObject([
      { kind, email, done_at: null },
      { kind, email, done_at: null },
    ]);
    expect(await links(id)).toEqual([]);
  });

  test('hands the request to the queue, and again when Redis lost it', async () => {
    const email = `lost-${kind}@example.com`;
    await ask(endpoint, email);
    const [request] = await requests(email);
    const queue = await auth.queues.open('mail-requests');
    const job = () => queue.getJob(`mail-request-${request?.id}`);
    expect(await job()).toMatchObject({ data: { id: request?.id } });
    await queue.obliterate({ force: true });
    expect(await job()).toBeUndefined();
    await mailRequestQueue.enqueuePending(auth.context());
    expect(await job()).toMatchObject({ data: { id: request?.id } });
    await workTwice(email);
    await queue.obliterate({ force: true });
    await mailRequestQueue.enqueuePending(auth.context());
    expect(await job()).toBeUndefined();
  });

  test('refuses what is no address', async () => {
    for (const email of [undefined, '', 'nobody', 42, 'a@b']) {
      const answer = await ask(endpoint, email);
      expect(answer).toMatchObject({
        status: 400,
        json: { code: 'validation_failed', details: [{ field: 'email' }] },
      });
    }
  });

  test('is silent beyond the limit of the address, and refuses beyond that of the network', async () => {
    const email = `often-${kind}@example.com`;
    const address = newAddress();
    const answers = [];
    for (let index = 0; index < 9; index++) answers.push(await ask(endpoint, email, address));
    expect(answers.map(({ status }) => status)).toEqual([...Array(8).fill(202), 429]);
    expect(new Set(answers.slice(0, 8).map(({ text }) => text)).size).toBe(1);
    expect(await requests(email)).toHaveLength(3);
    expect(answers[4]?.headers['ratelimit']).toMatch(/^"(resend|forgot)";r=3;t=3600$/);
    expect(answers[8]).toMatchObject({ json: { code: 'rate_limited' } });
    expect(Number(answers[8]?.headers['retry-after'])).toBeGreaterThan(3_500);
    expect((await ask(endpoint, email, newAddress())).status).toBe(202);
    expect(await requests(email)).toHaveLength(3);
    const other: Endpoint = endpoint === 'forgotPassword' ? 'resendVerification' : 'forgotPassword';
    expect((await ask(other, email, address)).status).toBe(202);
    expect(await requests(email)).toHaveLength(4);
  });

  test('counts a replay nowhere and repeats its answer', async () => {
    const email = `replay-${kind}@example.com`;
    const address = newAddress();
    const key = { 'idempotency-key': `key-${kind}` };
    const first = await ask(endpoint, email, address, key);
    for (let index = 0; index < 10; index++) {
      expect(await ask(endpoint, email, address, key)).toMatchObject({ status: 202, text: first.text });
    }
    expect(await ask(endpoint, `other-${email}`, address, key)).toMatchObject({
      status: 422,
      json: { code: 'idempotency_key_reused' },
    });
    expect(await requests(email)).toHaveLength(1);
  });
});

test.each<[Endpoint, 'active' | 'unverified' | 'disabled', OrderedMail['slug'] | undefined]>([
  ['resendVerification', 'unverified', 'register_template'],
  ['resendVerification', 'active', undefined],
  ['resendVerification', 'disabled', undefined],
  ['forgotPassword', 'unverified', 'forgot_template'],
  ['forgotPassword', 'active', 'forgot_template'],
  ['forgotPassword', 'disabled', undefined],
])('%s for an account that is %s mails %s, once', async (endpoint, state, slug) => {
  const { id, email } = await auth.createAccount({ state });
  await ask(endpoint, email);
  await workTwice(email);
  const [request] = await requests(email);
  expect(request?.done_at).toBeInstanceOf(Date);
  const mails = await mailsOf(auth, id);
  const stored = await links(id);
  if (slug === undefined) {
    expect([mails, stored]).toEqual([[], []]);
    return;
  }
  expect(mails.map((mail) => mail.slug)).toEqual([slug]);
  expect(mails[0]?.content.startsWith(email)).toBe(true);
  const hours = slug === 'forgot_template' ? 1 : 24;
  const [link] = stored;
  expect(stored).toMatchObject([{ email, purpose: hours === 1 ? 'reset' : 'verify', used_at: null }]);
  expect((link?.expires_at.getTime() ?? 0) - (link?.created_at.getTime() ?? 0)).toBe(hours * 3_600_000);
  const events = await auth.eventKinds(id);
  expect(events).toEqual(slug === 'forgot_template' ? ['password_reset_requested'] : []);
});

test('usernames and pending addresses never match', async () => {
  const { id } = await auth.createAccount();
  const pending = { pending_email: 'waiting@example.com', pending_email_expires_at: new Date('2100-01-01') };
  await auth.db.updateTable('users').set(pending).where('id', '=', id).execute();
  await ask('forgotPassword', 'waiting@example.com');
  await workTwice('waiting@example.com');
  expect(await mailsOf(auth, id)).toEqual([]);
});

test('the password stays until the link is used', async () => {
  const account = await auth.createAccount();
  await ask('forgotPassword', account.email);
  await workTwice(account.email);
  const body = { login: account.email, password: PASSWORD };
  expect((await auth.call('login', { body })).status).toBe(200);
});

test('a job that names no request is taken off the queue', async () => {
  const records = ['not json', '{}', '{"id":0}', '{"id":999999}'].map((body, index) => ({
    messageId: String(index),
    body,
  }));
  expect(await work({ Records: records })).toEqual({ batchItemFailures: [] });
});
