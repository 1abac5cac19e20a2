import './tables.ts';

export { createImmediateTask, type ImmediateTask } from './immediate-tasks.ts';
