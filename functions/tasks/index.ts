import './tables.ts';

export {
  changeScheduledTask,
  type DomainTask,
  deleteScheduledTask,
  ensureScheduledTask,
} from './domain-scheduled-tasks.ts';
export { createImmediateTask } from './immediate-tasks.ts';
export { isTimeZone } from './rules/time-zones.ts';
export { eraseUserTasks, exportUserTasks } from './user-tasks.ts';
