import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withTransaction } from '#shared/database/transaction.ts';
import { declaredMails, type MailTexts } from '#shared/mail/mail-templates.ts';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';
import { BUILT_IN_TEMPLATES } from '../migrations/built-in-templates.ts';
import { variablesOf } from '../templates/rules/template.ts';
import { isTemplateSlug } from '../templates/rules/template-slug.ts';
import { shipTemplates } from '../templates/ship-templates.ts';
import { seed } from './seed.ts';

const FIRST: MailTexts = { subject: 'Hello', body: '<p>Hello {{1}}</p>', sensitive: true };
const SECOND: MailTexts = { subject: 'Welcome', body: '<p>Welcome {{1}}</p>', sensitive: false };
const THIRD: MailTexts = { subject: 'Welcome', body: '<p>Welcome, {{1}}!</p>', sensitive: false };

let resources: TestResources;
beforeAll(async () => {
  resources = await openTestResources();
});
afterAll(() => resources.close());
beforeEach(() => sql`DELETE FROM email_templates WHERE slug = 'greeting'`.execute(resources.db));

const ship = (...versions: [MailTexts, ...MailTexts[]]) =>
  shipTemplates(resources.db, [{ slug: 'greeting', versions }]);
const stored = async () => {
  const query = resources.db.selectFrom('email_templates').selectAll().where('slug', '=', 'greeting');
  const row = await query.executeTakeFirstOrThrow();
  return {
    texts: { subject: row.subject_template, body: row.body_template, sensitive: row.is_sensitive === 1 },
    builtIn: row.built_in === 1,
    updatedAt: row.updated_at,
  };
};
const edit = (change: { subject_template?: string; body_template?: string; is_sensitive?: number }) =>
  resources.db.updateTable('email_templates').set(change).where('slug', '=', 'greeting').execute();
/** Does something at a time that is past. */
const longAgo = async (act: () => Promise<unknown>): Promise<Date> => {
  try {
    await resources.at(new Date('2026-01-01'));
    await act();
  } finally {
    await resources.at();
  }
  return (await stored()).updatedAt;
};

describe('a template of the product', () => {
  it('is inserted where it is missing, in its newest version', async () => {
    await ship(FIRST, SECOND);
    expect(await stored()).toMatchObject({ texts: SECOND, builtIn: true });
  });

  it.each([
    ['the first', [FIRST]],
    ['a later', [FIRST, SECOND]],
  ] as [string, [MailTexts, ...MailTexts[]]][])(
    'that is still what %s version shipped becomes the newest',
    async (_name, before) => {
      const then = await longAgo(() => ship(...before));
      await ship(FIRST, SECOND, THIRD);
      expect(await stored()).toMatchObject({ texts: THIRD, builtIn: true });
      expect((await stored()).updatedAt.getTime()).toBeGreaterThan(then.getTime());
    },
  );

  it('that is the newest already is left alone', async () => {
    const then = await longAgo(() => ship(FIRST, SECOND));
    await ship(FIRST, SECOND);
    expect((await stored()).updatedAt).toEqual(then);
  });

  it.each([
    ['subject', { subject_template: 'Hi' }],
    ['subject by a blank', { subject_template: 'Hello ' }],
    ['subject by its case', { subject_template: 'hello' }],
    ['body', { body_template: '<p>Hi {{1}}</p>' }],
    ['sensitivity', { is_sensitive: 0 }],
  ])('whose %s an administrator has edited stays, whatever is shipped', async (_name, change) => {
    const then = await longAgo(() => ship(FIRST));
    await edit(change);
    const { texts } = await stored();
    await ship(FIRST, SECOND);
    await ship(FIRST, SECOND, THIRD);
    expect(await stored()).toEqual({ texts, builtIn: true, updatedAt: then });
  });

  it('that newer code has shipped stays when older code is deployed again, and can return to an old text', async () => {
    await ship(FIRST, SECOND);
    await ship(FIRST);
    expect((await stored()).texts).toEqual(SECOND);
    await ship(FIRST, SECOND, FIRST);
    expect((await stored()).texts).toEqual(FIRST);
  });

  it("that takes the slug of an administrator's own leaves its texts, and it cannot be deleted any more", async () => {
    await ship(FIRST);
    await sql`UPDATE email_templates SET built_in = 0, body_template = 'mine' WHERE slug = 'greeting'`.execute(
      resources.db,
    );
    await ship(FIRST, SECOND);
    expect(await stored()).toMatchObject({ texts: { ...FIRST, body: 'mine' }, builtIn: true });
  });

  it('is shipped once by seeds that run at the same time', async () => {
    const seeds = () => Promise.all(Array.from({ length: 6 }, () => ship(FIRST, SECOND)));
    await seeds();
    expect((await stored()).texts).toEqual(SECOND);
    await sql`UPDATE email_templates SET subject_template = ${FIRST.subject}, body_template = ${FIRST.body},
      is_sensitive = 1 WHERE slug = 'greeting'`.execute(resources.db);
    await seeds();
    expect((await stored()).texts).toEqual(SECOND);
    const rows = await resources.db
      .selectFrom('email_templates')
      .select('id')
      .where('slug', '=', 'greeting')
      .execute();
    expect(rows).toHaveLength(1);
  });

  it('waits for an edit that is under way, and then keeps it', async () => {
    await ship(FIRST);
    const edited = Promise.withResolvers<void>();
    const shipping = edited.promise.then(() => ship(FIRST, SECOND));
    await withTransaction(resources.db, async (tx) => {
      await sql`UPDATE email_templates SET subject_template = 'Edited' WHERE slug = 'greeting'`.execute(tx);
      edited.resolve();
      await sql`SELECT SLEEP(0.2)`.execute(tx);
    });
    await shipping;
    expect((await stored()).texts).toEqual({ ...FIRST, subject: 'Edited' });
  });
});

describe('the seed', () => {
  it('changes nothing where all is as it was shipped', async () => {
    const all = () => resources.db.selectFrom('email_templates').selectAll().orderBy('id').execute();
    const before = await all();
    expect(before.map(({ slug }) => slug)).toEqual(
      expect.arrayContaining(declaredMails().map(({ slug }) => slug)),
    );
    await seed(resources.db);
    await seed(resources.db);
    expect(await all()).toEqual(before);
  });

  it('uses up no ids where nothing is missing', async () => {
    const idOfGreeting = async () => {
      await ship(FIRST);
      const query = resources.db.selectFrom('email_templates').select('id').where('slug', '=', 'greeting');
      const { id } = await query.executeTakeFirstOrThrow();
      await sql`DELETE FROM email_templates WHERE slug = 'greeting'`.execute(resources.db);
      return id;
    };
    const before = await idOfGreeting();
    await seed(resources.db);
    await seed(resources.db);
    expect(await idOfGreeting()).toBe(before + 1);
  });

  it('knows what the first migration inserted as the first version of each', () => {
    const first = Object.fromEntries(declaredMails().map(({ slug, versions }) => [slug, versions[0]]));
    for (const { slug, ...texts } of BUILT_IN_TEMPLATES) expect(first).toHaveProperty(slug, texts);
  });

  it('ships only what the columns hold and what tasks under way have variables for', () => {
    for (const { slug, versions } of declaredMails()) {
      expect(isTemplateSlug(slug), slug).toBe(true);
      const most = Math.max(0, ...variablesOf(versions[0]));
      for (const texts of versions) {
        expect(texts.subject.length, slug).toBeLessThanOrEqual(255);
        expect(Buffer.byteLength(texts.body), slug).toBeLessThanOrEqual(65_535);
        expect(Math.max(0, ...variablesOf(texts)), slug).toBeLessThanOrEqual(most);
      }
    }
  });
});
