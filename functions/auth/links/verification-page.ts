import type { PageContent } from '#shared/http/contract.ts';
import { escapeHtml } from '#shared/text/escaping.ts';

/** What a browser shows that followed the link of a mail; it says nothing about the account. */
export const verificationPage = ({ status, message }: PageContent): string => {
  const title = status === 200 ? 'E-mail address confirmed' : 'Confirmation of your e-mail address';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>body{font-family:sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}</style>
</head>
<body>
<h1>${title}</h1>
<p>${escapeHtml(message)}</p>
</body>
</html>
`;
};
