import './tables.ts';

export { createImmediateTask } from './immediate/immediate-tasks.ts';
export { exportUserTasks } from './operations/user-tasks.ts';
export {
  type DomainTask,
  deleteScheduledTask,
  ensureScheduledTask,
  updateScheduledTask,
} from './scheduled/domain-scheduled-tasks.ts';
