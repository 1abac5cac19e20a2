import type { Database } from '#shared/database/database.ts';
import { declaredMails } from '#shared/mail/mail-templates.ts';
import { shipTemplates } from '../templates/ship-templates.ts';

/** The mail templates that the domains ship. */
export const seed = (db: Database): Promise<void> => shipTemplates(db, declaredMails());
