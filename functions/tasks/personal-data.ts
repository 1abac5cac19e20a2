import type { PersonalData } from '#shared/personal-data.ts';
import { eraseUserTasks, exportUserTasks } from './operations/user-tasks.ts';

/** The tasks that concern the user. */
export const personalData: PersonalData = {
  read: (transaction, { config }, userId) => exportUserTasks(transaction, config, userId),
  erase: (transaction, _context, userId) => eraseUserTasks(transaction, userId),
};
