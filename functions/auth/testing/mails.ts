import { exportUserTasks } from '#functions/tasks/index.ts';
import type { Resources } from '#shared/host/resources.ts';

/** A mail that is going to be sent; variables of a sensitive one are hidden. */
export interface OrderedMail {
  readonly slug: string;
  /** The recipient, then the variables. */
  readonly content: string;
}

/** The mails that were ordered for a user, oldest first. */
export const mailsOf = async (
  { db, config }: Pick<Resources, 'db' | 'config'>,
  userId: number,
): Promise<OrderedMail[]> => {
  const tasks = await exportUserTasks(db, config, userId);
  if (!('immediateTasks' in tasks)) return [];
  const templates = await db.selectFrom('email_templates').select(['id', 'slug']).execute();
  const slugs = new Map(templates.map(({ id, slug }) => [id, slug]));
  return tasks.immediateTasks.map(({ template_id: id, content }) => ({
    slug: slugs.get(id ?? 0) ?? '',
    content,
  }));
};
