import type { ColumnType, Generated } from 'kysely';
import type { Role } from '#shared/auth/access-token.ts';

/** A column that the database computes. */
type Computed<T> = ColumnType<T, never, never>;

interface Users {
  id: Generated<number>;
  username: string;
  username_key: string;
  email: string;
  pending_email: string | null;
  pending_email_expires_at: Date | null;
  password_hash: string;
  role: Role;
  avatar_media_id: string | null;
  email_verified_at: Date | null;
  disabled_at: Date | null;
  active: Computed<0 | 1>;
  created_at: Date;
  updated_at: Date;
}

interface UserSettings {
  id: Generated<number>;
  user_id: number;
  new_word_count: Generated<number>;
  old_word_count: Generated<number>;
  alphabet_learn_count: Generated<number>;
  day_starts_at: Generated<number>;
  language: Generated<string>;
  alphabet_repeat: Generated<string>;
  time_zone: Generated<string>;
  /** mysql2 gives decimals as text. */
  desired_retention: Generated<string>;
  created_at: Date;
  updated_at: Date;
}

interface UserSessions {
  id: Generated<number>;
  user_id: number;
  user_agent: string | null;
  network: string;
  last_used_at: Date;
  refresh_expires_at: Date;
  absolute_expires_at: Date;
  ended_at: Date | null;
  end_reason: string | null;
  created_at: Date;
}

interface RefreshTokens {
  id: Generated<number>;
  session_id: number;
  parent_id: number | null;
  token_hash: Buffer;
  expires_at: Date;
  rotated_at: Date | null;
  created_at: Date;
}

interface RemovedSessions {
  session_id: number;
  created_at: Date;
}

interface OneTimeTokens {
  id: Generated<number>;
  user_id: number;
  purpose: 'verify' | 'change_email' | 'reset';
  email: string;
  token_hash: Buffer;
  expires_at: Date;
  used_at: Date | null;
  spent_at: Date | null;
  created_at: Date;
}

interface UserNetworks {
  user_id: number;
  network: string;
  last_login_at: Date;
  created_at: Date;
}

interface AuthEvents {
  id: Generated<number>;
  user_id: number | null;
  actor_id: number | null;
  kind: string;
  network: string | null;
  user_agent: string | null;
  created_at: Date;
}

interface MailRequests {
  id: Generated<number>;
  kind: 'resend_verification' | 'forgot_password';
  email: string;
  done_at: Date | null;
  created_at: Date;
}

declare module '#shared/database/tables.ts' {
  interface Tables {
    users: Users;
    user_settings: UserSettings;
    user_sessions: UserSessions;
    refresh_tokens: RefreshTokens;
    one_time_tokens: OneTimeTokens;
    user_networks: UserNetworks;
    auth_events: AuthEvents;
    removed_sessions: RemovedSessions;
    mail_requests: MailRequests;
  }
}
