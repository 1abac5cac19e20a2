/** An account of the local environment; roles are 1 user, 2 tutor, 3 admin. */
export interface LocalAccount {
  readonly role: 1 | 2 | 3;
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

const PASSWORD = 'japanese-student-local';

/** The accounts that the seed makes with `APP_ENV=local`; their password is published, so it protects nothing. */
export const LOCAL_ACCOUNTS: readonly LocalAccount[] = [
  { role: 3, username: 'admin', email: 'admin@example.com', password: PASSWORD },
  { role: 2, username: 'tutor', email: 'tutor@example.com', password: PASSWORD },
  { role: 1, username: 'student', email: 'student@example.com', password: PASSWORD },
];
