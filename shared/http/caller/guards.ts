import type { Contract, Guard } from '../contract.ts';

/** The guards of a contract, of which any one lets a caller pass. */
export const guardsOf = ({ guard }: Pick<Contract, 'guard'>): readonly Guard[] =>
  typeof guard === 'string' ? [guard] : guard;
