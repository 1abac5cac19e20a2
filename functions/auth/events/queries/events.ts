import type { Queryable } from '#shared/database/database.ts';
import { violatedConstraint } from '#shared/database/errors.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Client } from '../rules/client.ts';
import '../../tables.ts';

/** What is recorded about accounts (auth.md R32). */
export type EventKind =
  | 'register'
  | 'login_ok'
  | 'login_failed'
  | 'login_blocked'
  | 'logout'
  | 'logout_all'
  | 'session_ended'
  | 'refresh_replay'
  | 'email_verified'
  | 'email_change_requested'
  | 'email_changed'
  | 'password_changed'
  | 'password_reset_requested'
  | 'password_reset'
  | 'password_set_by_admin'
  | 'user_created'
  | 'role_changed'
  | 'activated'
  | 'deactivated'
  | 'export'
  | 'erase';

/** One event; `client` is absent for what no request caused, `actorId` unless an administrator did it. */
export interface AuthEvent {
  readonly kind: EventKind;
  readonly userId: number | undefined;
  readonly actorId?: number | undefined;
  readonly client?: Client;
}

const refuseGoneActor = (error: unknown): never => {
  if (violatedConstraint(error) === 'fk_auth_events_actor')
    throw new AppError('invalid_token', { cause: error });
  throw error;
};

/**
 * Writes events, in the transaction of the change where there is one.
 * @throws AppError `invalid_token` when the admin who acts was erased meanwhile (auth.md R14)
 */
export const recordEvents = async (db: Queryable, events: readonly AuthEvent[], now: Date): Promise<void> => {
  await db
    .insertInto('auth_events')
    .values(
      events.map(({ kind, userId, actorId, client }) => ({
        kind,
        user_id: userId ?? null,
        actor_id: actorId ?? null,
        network: client?.network ?? null,
        user_agent: client?.userAgent ?? null,
        created_at: now,
      })),
    )
    .execute()
    .catch(refuseGoneActor);
};

/** Writes the event of a refusal, which changes nothing; an account that is gone by now is left out of it. */
export const recordRefusal = async (db: Queryable, event: AuthEvent, now: Date): Promise<void> => {
  try {
    await recordEvents(db, [event], now);
  } catch (error) {
    if (violatedConstraint(error) !== 'fk_auth_events_user') throw error;
    await recordEvents(db, [{ ...event, userId: undefined }], now);
  }
};
