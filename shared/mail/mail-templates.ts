/** The texts of a mail template; `{{1}}` is the first variable of a task's content. */
export interface MailTexts {
  readonly subject: string;
  /** HTML. */
  readonly body: string;
  /** Whether contents for it are sealed, and never shown to administrators. */
  readonly sensitive: boolean;
}

/** A template that the product ships, with every version that it ever shipped. */
export interface MailTemplate {
  readonly slug: string;
  /** Oldest first; one that was shipped is never changed, as stored templates are recognized by it. */
  readonly versions: readonly [MailTexts, ...MailTexts[]];
}

/**
 * The slugs of the templates that domains ship. Each domain adds its own in its `mails.ts` by declaration merging,
 * so that this infrastructure folder names none of them.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by declaration merging
export interface DomainMails {}

/** The slug of a template that some domain ships. */
export type MailSlug = keyof DomainMails;

const templates = new Map<string, MailTemplate>();

/** Adds templates to those that the product ships. @throws TypeError when a slug is declared already */
export const declareMails = <M extends Readonly<Record<string, MailTemplate['versions']>>>(mails: M): M => {
  for (const [slug, versions] of Object.entries(mails)) {
    if (templates.has(slug)) throw new TypeError(`${slug}: is declared twice`);
    templates.set(slug, { slug, versions });
  }
  return mails;
};

/** All templates that domains have declared. */
export const declaredMails = (): readonly MailTemplate[] => [...templates.values()];
