import imports from '#domains' with { type: 'json' };

/** Names of all domains, each behind those that it may import; migrations and seeds run in this order. */
export const DOMAINS: readonly string[] = Object.keys(imports);

/** Folders of `functions/` that have another name now; a database still knows their migrations by the old one. */
export const FORMER_FOLDERS: Readonly<Record<string, string>> = { 'learn/kana': 'kana' };
