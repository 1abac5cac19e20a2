/**
 * `npm run bench:enumeration [-- samples [endpoint]]`: whether the time of an answer tells if an account exists. For each
 * endpoint the cases that must look alike are measured in turn, in another random order each round, so that they
 * share what else the machine does; a pause lets the work that a request leaves behind end before the next. Fails when two medians are further apart than
 * allowed. The cost of hashing is the lowest that production takes, so that it hides as little as possible.
 */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { startMailSink } from '#shared/testing/mail-sink.ts';
import { createAccounts, PASSWORD } from './bench-accounts.ts';
import { withApi } from './benched-api.ts';

const SAMPLES = Number(process.argv[2] ?? 500);
/** Only cases whose name begins like this; all unless it is given. */
const WANTED = process.argv[3] ?? '';
const WARM_UP = 20;
const ALLOWED_MS = 5;
const PAUSE_MS = 15;
const COST = 10;
const ACCOUNTS = 50;
const NEVER = '100000000/1h';

/** One case of an endpoint; its request may depend on the number of the sample. */
interface Case {
  readonly name: string;
  readonly path: string;
  readonly body: (sample: number) => Readonly<Record<string, string>>;
  readonly status: number;
}

const registration = (email: string, sample: number) => ({
  email,
  username: `${email.split('@')[0]}`,
  password: `staple battery ${sample}`,
});

const login = (name: string, loginOf: (sample: number) => string, password: string): Case => ({
  name: `login: ${name}`,
  path: '/auth/login',
  body: (sample) => ({ login: loginOf(sample), password }),
  status: 401,
});

const ofState = (state: string) => (sample: number) => `${state}${sample % ACCOUNTS}@example.com`;

const mailCases = (path: string): Case[] =>
  ['nobody', 'active', 'unverified', 'disabled'].map((state) => ({
    name: `${path.slice(6)}: ${state}`,
    path,
    body: (sample) => ({ email: ofState(state)(sample) }),
    status: 202,
  }));

const ENDPOINTS: readonly (readonly Case[])[] = [
  [
    {
      name: 'register: an address that nobody has',
      path: '/auth/register',
      body: (sample) => registration(`fresh${sample}@example.com`, sample),
      status: 201,
    },
    {
      name: 'register: an address that waits for somebody else',
      path: '/auth/register',
      body: (sample) => registration(`waiting${sample}@example.com`, sample),
      status: 201,
    },
  ],
  [
    login('unknown address', ofState('nobody'), PASSWORD),
    login('unknown username', (sample) => `nobody${sample % ACCOUNTS}`, PASSWORD),
    login('wrong password', ofState('active'), 'not the password'),
    login('disabled account, right password', ofState('disabled'), PASSWORD),
  ],
  mailCases('/auth/resend-verification'),
  mailCases('/auth/forgot-password'),
];

const shuffled = <T>(items: T[]): T[] => {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    const [a, b] = [items[last] as T, items[other] as T];
    items[last] = b;
    items[other] = a;
  }
  return items;
};

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

const timed = async (url: string, { name, path, body, status }: Case, sample: number): Promise<number> => {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body(sample)),
  };
  const begun = performance.now();
  const answer = await fetch(`${url}/api/v6${path}`, init);
  const text = await answer.text();
  const elapsed = performance.now() - begun;
  if (answer.status !== status) throw new Error(`${name}: ${answer.status} ${text}`);
  return elapsed;
};

/** Milliseconds of each case, in the order of the cases. */
const measure = async (url: string, cases: readonly Case[]): Promise<number[][]> => {
  const times: number[][] = cases.map(() => []);
  for (let sample = -WARM_UP; sample < SAMPLES; sample++) {
    for (const index of shuffled([...cases.keys()])) {
      const elapsed = await timed(url, cases[index] as Case, sample < 0 ? SAMPLES - sample : sample);
      if (sample >= 0) times[index]?.push(elapsed);
      await sleep(PAUSE_MS);
    }
  }
  return times;
};

const mail = await startMailSink();
const variables = {
  PASSWORD_BCRYPT_COST: String(COST),
  // The counters work, but nobody reaches a limit.
  ...Object.fromEntries(
    [
      'LOGIN_ACCOUNT_NETWORK',
      'LOGIN_ACCOUNT',
      'LOGIN_NETWORK',
      'REGISTER',
      'MAIL_ADDRESS',
      'MAIL_NETWORK',
    ].map((name) => [`AUTH_LIMIT_${name}`, NEVER]),
  ),
  SMTP_HOST: '127.0.0.1',
  SMTP_PORT: String(mail.port),
};

try {
  await withApi({ watch: false, variables }, async ({ server, db }) => {
    await createAccounts(db, COST, {
      active: Math.max(ACCOUNTS, SAMPLES + WARM_UP + 1),
      unverified: ACCOUNTS,
      disabled: ACCOUNTS,
    });
    await db
      .updateTable('users')
      .set(({ fn, val }) => ({
        pending_email: fn('REPLACE', ['email', val('active'), val('waiting')]),
        pending_email_expires_at: new Date(Date.now() + 86_400_000),
      }))
      .where('email', 'like', 'active%')
      .execute();
    console.log(`${SAMPLES} samples of each case, load ${loadavg()[0]?.toFixed(1)} before`);
    for (const cases of ENDPOINTS.filter(([first]) => first?.name.startsWith(WANTED))) {
      const times = await measure(server.url, cases);
      const medians = times.map((values) => quantile(values, 0.5));
      const fastest = Math.min(...medians);
      const apart = Math.max(...medians) - fastest;
      for (const [index, { name }] of cases.entries()) {
        const median = medians[index] ?? Number.NaN;
        const p95 = quantile(times[index] ?? [], 0.95);
        console.log(
          `${name.padEnd(52)} median ${median.toFixed(2).padStart(7)} ms  +${(median - fastest).toFixed(2)}  p95 ${p95.toFixed(1).padStart(6)} ms`,
        );
      }
      const verdict = apart <= ALLOWED_MS ? 'alike' : 'TOO FAR APART';
      console.log(`${''.padEnd(52)} ${apart.toFixed(2)} ms apart (allowed: ${ALLOWED_MS}): ${verdict}`);
      if (apart > ALLOWED_MS) process.exitCode = 1;
    }
  });
} finally {
  await mail.close();
}
