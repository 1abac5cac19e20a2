import './tables.ts';

export {
  changeScheduledTask,
  type DomainChanges,
  type DomainTask,
  deleteScheduledTask,
  ensureScheduledTask,
  type TaskKey,
} from './domain-scheduled-tasks.ts';
export { createImmediateTask } from './immediate-tasks.ts';
export { type ExportedTasks, eraseUserTasks, exportUserTasks } from './user-tasks.ts';
