import type { PersonalData } from '#shared/personal-data.ts';
import { exportUserKana } from './export.ts';

/** The rows go with the user's row. */
export const personalData: PersonalData = {
  read: (transaction, _context, userId) => exportUserKana(transaction, userId),
};
