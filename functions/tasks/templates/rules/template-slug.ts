/** Whether a text can be the slug of a template; nothing else is looked for in the table. */
export const isTemplateSlug = (text: string): boolean => /^[a-z0-9_-]{1,100}$/.test(text);
