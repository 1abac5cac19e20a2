import './tables.ts';

export { createImmediateTask } from './immediate-tasks.ts';
