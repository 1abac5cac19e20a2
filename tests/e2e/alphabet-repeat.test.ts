import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '#dev/services/ports.ts';
import { LOCAL_ACCOUNTS } from '#shared/config/local-accounts.ts';
import { type Call, type CallAnswer, call, type RunningApi, startApi } from './running-api.ts';

const STUDENT = 'student@example.com';
const SERVICE = { 'x-api-key': 'local-api-key-worthless' };
const CHARACTERS = 104;
const SKILLS = 6 * CHARACTERS;

let api: RunningApi;
let student: { readonly id: number; readonly token: string };
let admin: { readonly id: number; readonly token: string };
beforeAll(async () => {
  // The webhook must find the API where it really is.
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  api = await startApi({ PORT: String(port), INTERNAL_BASE_URL: address, RATE_LIMIT_PER_MINUTE: '0' });
  [student, admin] = [await logIn(1), await logIn(3)];
});
afterAll(() => api.stop());

const request = (path: string, options: Call = {}): Promise<CallAnswer> =>
  call(`${api.url}/api/v6${path}`, options);

const logIn = async (role: number): Promise<{ id: number; token: string }> => {
  const account = LOCAL_ACCOUNTS.find((each) => each.role === role);
  const body = { login: account?.email, password: account?.password };
  const headers = { 'x-auth-mode': 'token' };
  const { json } = await request('/auth/login', { method: 'POST', body, headers });
  return { id: json.user.id, token: json.accessToken };
};

/** Passes every question of one alphabet and test type; returns whether the client should ask. */
const passAll = async (kind: string): Promise<boolean> => {
  const results = Array.from({ length: CHARACTERS }, (_, index) => ({
    characterId: index + 1,
    passed: true,
  }));
  const { token } = student;
  const { status, json } = await request(`/test-results/${kind}`, {
    method: 'POST',
    token,
    body: { results },
  });
  expect(status).toBe(200);
  return json.askForRepeat;
};

const setFlag = (flag: string) =>
  request('/profile/repeat-flag', { method: 'PUT', token: student.token, body: { flag } });
const tasks = async () =>
  (await request(`/admin/scheduled-tasks?user_id=${student.id}`, { token: admin.token })).json;
const marks = async (): Promise<string[]> => {
  const { db } = api;
  const rows = await db.selectFrom('kana_skills').select('mark').where('user_id', '=', student.id).execute();
  return rows.map(({ mark }) => mark);
};
const drops = () =>
  api.db
    .selectFrom('kana_mark_drops')
    .select(['run_key', 'affected'])
    .where('user_id', '=', student.id)
    .orderBy('created_at')
    .execute();
const reminders = () =>
  api.mail.messages.filter(
    ({ envelope, subject }) => envelope.to.includes(STUDENT) && subject === 'Time to practise your kana',
  );

/** Lets midnight have come: the clock of the tasks is their `next_run`. */
const moveToMidnight = async (taskId: number): Promise<void> => {
  const midnight = new Date(new Date().toISOString().slice(0, 10));
  await api.db.updateTable('scheduled_tasks').set({ next_run: midnight }).where('id', '=', taskId).execute();
};

const until = async (what: string, condition: () => boolean): Promise<void> => {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`did not happen: ${what}\n${api.output()}`);
    await sleep(50);
  }
};

it('asks when everything is mastered', async () => {
  const asked: boolean[] = [];
  for (const type of ['hiragana', 'katakana'])
    for (const testType of ['reading', 'writing', 'listening'])
      for (let pass = 0; pass < 3; pass++) asked.push(await passAll(`${type}/${testType}`));
  expect(asked).toEqual([...Array(17).fill(false), true]);
  const { json } = await request('/test-results/summary', { token: student.token });
  const full = { tested: CHARACTERS, mastered: CHARACTERS, total: CHARACTERS };
  const whole = { reading: full, writing: full, listening: full };
  expect(json).toEqual({ hiragana: whole, katakana: whole });
});

it('plans the nightly drop when the learner wants to repeat', async () => {
  expect(await tasks()).toEqual([]);
  expect((await setFlag('repeat')).status).toBe(204);
  const [item, ...others] = await tasks();
  expect(others).toEqual([]);
  const { json: task } = await request(`/admin/scheduled-tasks/${item.id}`, { token: admin.token });
  expect(task).toMatchObject({
    user_id: student.id,
    url: `${api.url.replace('localhost', '127.0.0.1')}/api/v6/test-results/drop-marks/${student.id}`,
    method: 'POST',
    cron: '0 0 * * *',
    content: STUDENT,
    active: true,
  });
  expect(await marks()).toEqual(Array(SKILLS).fill('0.9360'));
});

it('at midnight lowers all marks once and sends the reminder', async () => {
  const [{ id }] = await tasks();
  await moveToMidnight(id);
  await until('the reminder', () => reminders().length > 0);
  expect(await marks()).toEqual(Array(SKILLS).fill('0.9260'));
  const [drop, ...others] = await drops();
  expect(others).toEqual([]);
  expect(drop).toEqual({ run_key: expect.stringMatching(/^run:run-\d+$/), affected: SKILLS });
  const { json: logs } = await request(`/admin/scheduled-task-logs?task_id=${id}`, { token: admin.token });
  expect(logs).toMatchObject([{ status: 'Completed', job_id: drop?.run_key.slice(4) }]);
  const { json: log } = await request(`/admin/scheduled-task-logs/${logs[0].id}`, { token: admin.token });
  expect(log).toMatchObject({
    http_status: 200,
    response: `{"message":"Marks lowered","affected":${SKILLS}}`,
  });
  expect(reminders()[0]?.text).toContain('Your kana are waiting');
});

it('does no more in further ticks, nor when the webhook comes again', async () => {
  const [drop] = await drops();
  const headers = { ...SERVICE, 'x-task-run-id': drop?.run_key.slice(4) ?? '' };
  const path = `/test-results/drop-marks/${student.id}`;
  for (const method of ['POST', 'GET']) {
    const answer = await request(path, { method, headers });
    expect(answer).toMatchObject({ status: 200, json: { message: 'Marks lowered', affected: SKILLS } });
  }
  const head = await request(path, { method: 'HEAD', headers });
  expect([head.status, head.headers.get('allow')]).toEqual([405, 'GET, POST, OPTIONS']);
  await sleep(1_500);
  expect(await marks()).toEqual(Array(SKILLS).fill('0.9260'));
  expect(reminders()).toHaveLength(1);
});

it('comes back the next night, and ends with the flag', async () => {
  const [{ id }] = await tasks();
  // The run of this midnight is there already; the next one is of another.
  await api.db
    .updateTable('scheduled_tasks')
    .set({ next_run: new Date(Date.now() - 1_000) })
    .where('id', '=', id)
    .execute();
  await until('the second reminder', () => reminders().length > 1);
  expect(await marks()).toEqual(Array(SKILLS).fill('0.9160'));
  expect(await passAll('hiragana/reading')).toBe(false);
  expect((await setFlag('in question')).status).toBe(204);
  expect(await tasks()).toEqual([]);
  expect(await passAll('hiragana/reading')).toBe(true);
});
