/** A link with its token: `<url>?name=<token>`, or `&` when the URL has a query (auth.md R19). */
export const linkTo = (url: string, name: string, token: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}${name}=${token}`;
