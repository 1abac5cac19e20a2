/** Domains in the order of their imports; migrations and seeds run in this order. */
export const DOMAINS = ['system', 'media', 'tasks', 'auth', 'learn', 'account'] as const;
