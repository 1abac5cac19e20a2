import type { Queryable } from '#shared/database/database.ts';
import { listMarkDropRecords, listSkillRecords } from './queries/export.ts';

/** A user's skills and lowerings in the export of the profile: key `kana`, `{}` when there are none. */
export const exportUserKana = async (db: Queryable, userId: number) => {
  const skills = await listSkillRecords(db, userId);
  const markDrops = await listMarkDropRecords(db, userId);
  if (skills.length === 0 && markDrops.length === 0) return {};
  return {
    skills: skills.map(({ lastTestedAt, ...skill }) => ({
      ...skill,
      lastTestedAt: lastTestedAt.toISOString(),
    })),
    markDrops: markDrops.map(({ createdAt, ...drop }) => ({ ...drop, createdAt: createdAt.toISOString() })),
  };
};
