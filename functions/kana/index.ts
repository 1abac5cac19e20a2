import './tables.ts';

export { exportUserKana } from './export.ts';
