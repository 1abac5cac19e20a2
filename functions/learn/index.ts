import './kana/tables.ts';

export { exportUserKana } from './kana/export.ts';
