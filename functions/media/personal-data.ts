import type { PersonalData } from '#shared/personal-data.ts';
import { eraseOwner, exportOwner } from './files/media-files.ts';

/** The files that belong to the user. */
export const personalData: PersonalData = {
  read: (transaction, _context, userId) => exportOwner(transaction, userId),
  erase: eraseOwner,
};
