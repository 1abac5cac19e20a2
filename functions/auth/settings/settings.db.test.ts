import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAdmin } from '../testing/admin-test.ts';
import { type AuthHarness, openAuthHarness } from '../testing/auth-harness.ts';
import type { TestAccount } from '../testing/fixtures.ts';
import { readSettings } from './settings.ts';

let auth: AuthHarness;
let account: TestAccount;
let headers: Record<string, string>;
beforeAll(async () => {
  auth = await openAuthHarness();
});
afterAll(() => auth.close());
beforeEach(async () => {
  account = await auth.createAccount();
  headers = { authorization: `Bearer ${(await auth.logIn(account)).accessToken}` };
});

const DEFAULTS = {
  newWordCount: 20,
  oldWordCount: 20,
  alphabetLearnCount: 10,
  language: 'en',
  alphabetRepeat: 'in question',
  timeZone: 'UTC',
  dayStartsAt: 4,
  desiredRetention: 0.9,
};
const read = async () => (await auth.call('getSettings', { headers })).json;
const patch = (body: unknown) => auth.call('updateSettings', { headers, body });
const setFlag = (flag: unknown) => auth.call('setRepeatFlag', { headers, body: { flag } });
const forgetSettings = () => auth.db.deleteFrom('user_settings').where('user_id', '=', account.id).execute();
const tasks = () =>
  auth.db.selectFrom('scheduled_tasks').selectAll().where('user_id', '=', account.id).execute();

describe('settings', () => {
  test('are the defaults, with a row and without one', async () => {
    expect(await read()).toEqual(DEFAULTS);
    await forgetSettings();
    expect(await read()).toEqual(DEFAULTS);
    expect(await readSettings(auth.db, 4_000_000_000)).toEqual(DEFAULTS);
  });

  test('are stored one by one or together, and stay otherwise', async () => {
    expect(await patch({ newWordCount: 40, oldWordCount: 10, extra: true })).toMatchObject({
      status: 204,
      text: '',
    });
    expect(await read()).toEqual({ ...DEFAULTS, newWordCount: 40, oldWordCount: 10 });
    const rest = {
      alphabetLearnCount: 15,
      language: 'de',
      timeZone: 'Asia/Tokyo',
      dayStartsAt: 0,
      desiredRetention: 0.97,
    };
    expect((await patch(rest)).status).toBe(204);
    expect((await patch(rest)).status).toBe(204);
    const all = { ...DEFAULTS, ...rest, newWordCount: 40, oldWordCount: 10 };
    expect(await read()).toEqual(all);
    expect(await readSettings(auth.db, account.id)).toEqual(all);
  });

  test('the first write creates the row', async () => {
    await forgetSettings();
    expect((await patch({ desiredRetention: 0.8 })).status).toBe(204);
    expect(await read()).toEqual({ ...DEFAULTS, desiredRetention: 0.8 });
  });

  test.each([
    [{ newWordCount: 9 }, 'newWordCount'],
    [{ oldWordCount: 41 }, 'oldWordCount'],
    [{ newWordCount: '20' }, 'newWordCount'],
    [{ newWordCount: 20.5 }, 'newWordCount'],
    [{ alphabetLearnCount: 4 }, 'alphabetLearnCount'],
    [{ alphabetLearnCount: 16 }, 'alphabetLearnCount'],
    [{ language: 'EN' }, 'language'],
    [{ timeZone: 'europe/berlin' }, 'timeZone'],
    [{ timeZone: '+02:00' }, 'timeZone'],
    [{ timeZone: '' }, 'timeZone'],
    [{ dayStartsAt: 24 }, 'dayStartsAt'],
    [{ dayStartsAt: -1 }, 'dayStartsAt'],
    [{ desiredRetention: 0.79 }, 'desiredRetention'],
    [{ desiredRetention: 0.98 }, 'desiredRetention'],
    [{ desiredRetention: 0.905 }, 'desiredRetention'],
    [{ alphabetRepeat: 'repeat' }, ''],
    [{ newWordCount: null }, ''],
    [{}, ''],
  ])('refuses %j', async (body, field) => {
    expect(await patch(body)).toMatchObject({
      status: 400,
      json: { code: 'validation_failed', details: [{ field }] },
    });
    expect(await read()).toEqual(DEFAULTS);
  });

  test('every retention of two decimals is stored as it is', async () => {
    for (let percent = 80; percent <= 97; percent++) {
      expect((await patch({ desiredRetention: percent / 100 })).status).toBe(204);
      expect((await read()).desiredRetention).toBe(percent / 100);
    }
  });

  test('of an account that is gone are refused like its token', async () => {
    await auth.db.deleteFrom('users').where('id', '=', account.id).execute();
    const refused = { status: 401, json: { code: 'invalid_token' } };
    expect(await auth.call('getSettings', { headers })).toMatchObject(refused);
    expect(await patch({ newWordCount: 20 })).toMatchObject(refused);
    expect(await setFlag('repeat')).toMatchObject(refused);
  });
});

describe('the repeat flag', () => {
  test('creates the task of auth.md R26, once, and leaves it as it is', async () => {
    expect((await patch({ timeZone: 'Europe/Berlin' })).status).toBe(204);
    expect(await setFlag('repeat')).toMatchObject({ status: 204, text: '' });
    expect((await read()).alphabetRepeat).toBe('repeat');
    const [task, ...others] = await tasks();
    expect(others).toEqual([]);
    expect(task).toMatchObject({
      url: `${auth.config.INTERNAL_BASE_URL}/api/v6/test-results/drop-marks/${account.id}`,
      method: 'POST',
      cron: '0 0 * * *',
      timezone: 'Europe/Berlin',
      content: account.email,
      active: 1,
    });
    const template = await auth.db
      .selectFrom('email_templates')
      .select('slug')
      .where('id', '=', task?.template_id ?? 0)
      .executeTakeFirst();
    expect(template).toEqual({ slug: 'notify_alphabet' });
    const edited = auth.db.updateTable('scheduled_tasks').set({ cron: '0 6 * * *' });
    await edited.where('id', '=', task?.id ?? 0).execute();
    expect((await setFlag('repeat')).status).toBe(204);
    expect(await tasks()).toMatchObject([{ id: task?.id, cron: '0 6 * * *' }]);
  });

  test.each(['ignore', 'in question'])('%s deletes the task and no other', async (flag) => {
    await setFlag('repeat');
    const [task] = await tasks();
    const { id: _id, user_key: _key, ...row } = task ?? {};
    const other = 'http://localhost:3000/other';
    await auth.db
      .insertInto('scheduled_tasks')
      .values({ ...row, url: other } as never)
      .execute();
    expect((await setFlag(flag)).status).toBe(204);
    expect(await tasks()).toMatchObject([{ url: other }]);
    expect((await read()).alphabetRepeat).toBe(flag);
    expect((await setFlag(flag)).status).toBe(204);
  });

  test('a new zone moves the task; without a task it moves nothing', async () => {
    await patch({ timeZone: 'Asia/Tokyo' });
    expect(await tasks()).toEqual([]);
    await setFlag('repeat');
    const [before] = await tasks();
    await patch({ timeZone: 'America/New_York' });
    const [after] = await tasks();
    expect(after).toMatchObject({ id: before?.id, timezone: 'America/New_York', content: account.email });
    expect(after?.next_run).not.toEqual(before?.next_run);
  });

  test('settings stay savable when the template was edited to use a variable', async () => {
    const template = auth.db.updateTable('email_templates').where('slug', '=', 'notify_alphabet');
    const shipped = await auth.db
      .selectFrom('email_templates')
      .select(['subject_template', 'body_template'])
      .where('slug', '=', 'notify_alphabet')
      .executeTakeFirstOrThrow();
    try {
      await template.set({ subject_template: 'For {{1}}', body_template: '{{2}}' }).execute();
      expect((await setFlag('repeat')).status).toBe(204);
      expect((await setFlag('repeat')).status).toBe(204);
      expect((await patch({ timeZone: 'Asia/Tokyo' })).status).toBe(204);
      expect(await tasks()).toMatchObject([{ timezone: 'Asia/Tokyo', content: account.email, active: 1 }]);
      const email = `new-${account.email}`;
      const admin = await createAdmin(auth);
      expect(await admin.call('updateUser', { id: account.id, body: { email } })).toMatchObject({
        status: 204,
      });
      expect(await tasks()).toMatchObject([{ content: email }]);
      expect(await read()).toMatchObject({ alphabetRepeat: 'repeat', timeZone: 'Asia/Tokyo' });
      expect((await setFlag('ignore')).status).toBe(204);
      expect(await tasks()).toEqual([]);
    } finally {
      await template.set(shipped).execute();
    }
  });

  test('creates the row when there is none', async () => {
    await forgetSettings();
    expect((await setFlag('repeat')).status).toBe(204);
    expect(await read()).toEqual({ ...DEFAULTS, alphabetRepeat: 'repeat' });
    expect(await tasks()).toHaveLength(1);
  });

  test('parallel calls leave flag and task in step', async () => {
    const flags = Array.from({ length: 12 }, (_, index) => (index % 2 ? 'repeat' : 'ignore'));
    const answers = await Promise.all(flags.map(setFlag));
    expect(answers.map(({ status }) => status)).toEqual(flags.map(() => 204));
    const { alphabetRepeat } = await read();
    expect(await tasks()).toHaveLength(alphabetRepeat === 'repeat' ? 1 : 0);
  });

  test.each([[undefined], ['Repeat'], [''], [true], [null]])('refuses %j', async (flag) => {
    expect(await setFlag(flag)).toMatchObject({
      status: 400,
      json: { code: 'validation_failed', details: [{ field: 'flag' }] },
    });
  });
});
