import './kana/tables.ts';
