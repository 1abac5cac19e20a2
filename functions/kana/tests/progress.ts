import type { Context } from '#shared/host/context.ts';
import { countProgress, listProgress } from './queries/progress.ts';

/** The caller's progress in every character with a tested skill, by ascending id. */
export const listHistory = ({ db }: Context, userId: number) => listProgress(db, userId);

/** How far the caller is with each alphabet and test type. */
export const getSummary = ({ db }: Context, userId: number) => countProgress(db, userId);
