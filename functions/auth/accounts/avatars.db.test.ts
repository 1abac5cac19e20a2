import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AuthHarness, openAuthHarness } from '../testing/auth-harness.ts';
import type { TestAccount } from '../testing/fixtures.ts';
import { multipart, picture } from '../testing/multipart.ts';

let auth: AuthHarness;
let account: TestAccount;
let headers: Record<string, string>;
beforeAll(async () => {
  auth = await openAuthHarness({ AUTH_LIMIT_REGISTER: '1000/1h' });
});
afterAll(() => auth.close());
beforeEach(async () => {
  account = await auth.createAccount();
  headers = { authorization: `Bearer ${(await auth.logIn(account)).accessToken}` };
});

const send = async (avatar: Buffer) => auth.call('setAvatar', await multipart({ avatar }, headers));
const profile = async () => (await auth.call('getProfile', { headers })).json;
const storedId = async (userId = account.id) => {
  const row = auth.db.selectFrom('users').select('avatar_media_id').where('id', '=', userId);
  return (await row.executeTakeFirst())?.avatar_media_id;
};
const mediaFile = (id: string | null | undefined) =>
  auth.db
    .selectFrom('media')
    .innerJoin('media_objects', 'media_objects.sha256', 'media.sha256')
    .select(['type', 'owner_user_id', 'attached_at', 'ref_count', 'content_type', 'media.sha256'])
    .where('id', '=', id ?? '')
    .executeTakeFirst();
const referencesTo = async (sha256: string | undefined) => {
  const object = auth.db
    .selectFrom('media_objects')
    .select('ref_count')
    .where('sha256', '=', sha256 ?? '');
  return (await object.executeTakeFirst())?.ref_count ?? 0;
};
const countMedia = async () =>
  Number(
    (
      await auth.db
        .selectFrom('media')
        .select(({ fn }) => fn.countAll().as('n'))
        .executeTakeFirst()
    )?.n,
  );

describe('PUT /profile/avatar', () => {
  test.each([
    ['png', 'image/png'],
    ['jpg', 'image/jpeg'],
    ['gif', 'image/gif'],
    ['webp', 'image/webp'],
  ] as const)('takes a picture whose bytes are %s', async (kind, contentType) => {
    const answer = await send(picture(kind));
    expect(answer).toMatchObject({ status: 200, json: { avatar_url: expect.any(String) } });
    const id = await storedId();
    expect(answer.json.avatar_url).toMatch(
      new RegExp(`/api/v6/media/avatar/${id}\\?exp=\\d+&sig=[\\w-]{43}$`),
    );
    expect((await profile()).avatar).toBe(answer.json.avatar_url);
    expect(await mediaFile(id)).toMatchObject({
      type: 'avatar',
      owner_user_id: account.id,
      attached_at: expect.any(Date),
      content_type: contentType,
    });
  });

  test('replaces the old file, whose removal leaves with the transaction', async () => {
    await send(picture());
    const old = await storedId();
    const sha256 = (await mediaFile(old))?.sha256;
    await send(picture());
    expect(await storedId()).not.toBe(old);
    expect(await mediaFile(old)).toBeUndefined();
    expect(await referencesTo(sha256)).toBe(0);
    expect(await mediaFile(await storedId())).toMatchObject({ ref_count: 1 });
  });

  test('refuses what is no picture, is too large, or is not there; the old one stays', async () => {
    const { avatar_url: url } = (await send(picture())).json;
    const refused = async (avatar: Buffer | undefined, status: number, code: string) => {
      const answer = await auth.call('setAvatar', await multipart(avatar ? { avatar } : { x: 'y' }, headers));
      expect(answer).toMatchObject({ status, json: { code } });
      return answer;
    };
    await refused(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415, 'unsupported_media_type');
    await refused(picture('png', 5_242_881), 413, 'payload_too_large');
    for (const nothing of [undefined, Buffer.alloc(0)]) {
      const answer = await refused(nothing, 400, 'validation_failed');
      expect(answer.json.details).toEqual([
        { field: 'avatar', code: 'required', message: expect.any(String) },
      ]);
    }
    const text = await auth.call('setAvatar', await multipart({ avatar: 'text' }, headers));
    expect(text).toMatchObject({ status: 400, json: { code: 'validation_failed' } });
    expect(await auth.call('setAvatar', { headers, body: {} })).toMatchObject({ status: 415 });
    expect((await profile()).avatar).toBe(url);
  });

  test('takes a file of exactly 5 MiB', async () => {
    expect((await send(picture('png', 5_242_880))).status).toBe(200);
  });

  test('parallel calls leave one picture and no other attached file', async () => {
    const before = await countMedia();
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(picture())));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect(answers.map(({ json }) => json.avatar_url)).toContain((await profile()).avatar);
    expect(await countMedia()).toBe(before + 1);
  });
});

describe('DELETE /profile/avatar', () => {
  test('removes picture and file; without a picture there is nothing to remove', async () => {
    const remove = () => auth.call('deleteAvatar', { headers });
    expect(await remove()).toMatchObject({ status: 404, json: { code: 'not_found' } });
    await send(picture());
    const id = await storedId();
    const sha256 = (await mediaFile(id))?.sha256;
    expect(await remove()).toMatchObject({ status: 204, text: '' });
    expect(await profile()).not.toHaveProperty('avatar');
    expect(await mediaFile(id)).toBeUndefined();
    expect(await referencesTo(sha256)).toBe(0);
    expect((await remove()).status).toBe(404);
  });
});

describe('POST /auth/register as multipart', () => {
  let people = 0;
  const person = (given: Record<string, string | Buffer> = {}) => {
    people += 1;
    return {
      email: `pictured${people}@example.com`,
      username: `Pictured${people}`,
      password: 'correct horse battery',
      ...given,
    };
  };
  const register = async (parts: Record<string, string | Buffer>, more: Record<string, string> = {}) =>
    auth.call('register', await multipart(parts, more));

  test('stores the picture with the account', async () => {
    const answer = await register(person({ avatar: picture('webp') }));
    expect(answer.status).toBe(201);
    expect(await mediaFile(await storedId(answer.json.id))).toMatchObject({
      type: 'avatar',
      owner_user_id: answer.json.id,
      attached_at: expect.any(Date),
    });
  });

  test('needs no picture, and an empty one is none', async () => {
    for (const parts of [person(), person({ avatar: Buffer.alloc(0) })]) {
      const { status, json } = await register(parts);
      expect(status).toBe(201);
      expect(await storedId(json.id)).toBeNull();
    }
  });

  test('takes text parts as JSON takes fields', async () => {
    const blank = await register({ ...person(), username: '', password: ' short ' });
    expect(blank).toMatchObject({
      status: 400,
      json: { details: [{ field: 'username', code: 'required' }, { field: 'password' }] },
    });
    const spaces = await register(person({ password: '            ' }));
    expect(spaces.status).toBe(201);
  });

  test('refuses what is no picture or too large, and leaves no account', async () => {
    const before = await countMedia();
    const [text, huge] = [
      person({ avatar: Buffer.from('no picture') }),
      person({ avatar: picture('png', 5_242_881) }),
    ];
    expect(await register(text)).toMatchObject({ status: 415, json: { code: 'unsupported_media_type' } });
    expect(await register(huge)).toMatchObject({ status: 413, json: { code: 'payload_too_large' } });
    const rows = auth.db.selectFrom('users').select('id').where('email', 'in', [text.email, huge.email]);
    expect(await rows.execute()).toEqual([]);
    expect(await countMedia()).toBe(before);
  });

  test('a key replays the answer for the same file and no other', async () => {
    const parts = person({ avatar: picture() });
    const key = { 'idempotency-key': 'with-picture' };
    const first = await register(parts, key);
    expect(first.status).toBe(201);
    const count = await countMedia();
    expect(await register(parts, key)).toMatchObject({ status: 201, json: first.json });
    expect(await register({ ...parts, avatar: picture() }, key)).toMatchObject({
      status: 422,
      json: { code: 'idempotency_key_reused' },
    });
    expect(await countMedia()).toBe(count);
  });

  test('a refused account keeps nobody’s picture: the file stays unattached for the sweeper', async () => {
    const first = person();
    await register(first);
    const answer = await register(person({ username: first.username, avatar: picture() }));
    expect(answer).toMatchObject({ status: 409, json: { code: 'username_taken' } });
    const open = await auth.db
      .selectFrom('media')
      .select(['owner_user_id'])
      .where('attached_at', 'is', null)
      .execute();
    expect(open).toEqual([{ owner_user_id: null }]);
  });
});
