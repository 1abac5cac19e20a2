import { readFile } from 'node:fs/promises';
import { apiDocument } from '#shared/checkout/api-document.ts';
import { etagOf } from '#shared/conditional/etag.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { ownValue } from '#shared/text/names.ts';
import { SWAGGER_UI } from './swagger-ui.assets.ts';

interface Documentation {
  readonly document: { readonly openapi: string; readonly [key: string]: unknown };
  readonly etag: string;
}

let generated: Promise<Documentation> | undefined;

/** The OpenAPI document and its entity tag, generated at first use. */
export const openApiJson = (): Promise<Documentation> => {
  generated ??= apiDocument().then((made) => {
    const document = { ...made };
    return { document, etag: etagOf(JSON.stringify(document)) };
  });
  return generated;
};

// Swagger UI sets inline styles and data: images; scripts come from us alone, and nothing else is fetched.
/** The Content-Security-Policy of the documentation page. */
export const DOCS_CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page that shows the interactive reference. */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>JapaneseStudent API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START_SCRIPT = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  withCredentials: true,
  validatorUrl: null,
});
`;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** The content types of {@link docsAsset}. */
export const DOCS_ASSET_TYPES = [...new Set(Object.values(CONTENT_TYPES))];

/** A file of the documentation page. @throws AppError `not_found` for any name that is not on the list */
export const docsAsset = async (
  name: string,
): Promise<{ content: Buffer; contentType: string; etag: string }> => {
  if (name === 'start.js') {
    const content = Buffer.from(START_SCRIPT);
    return { content, contentType: 'text/javascript; charset=utf-8', etag: etagOf(content) };
  }
  const contentType = ownValue(CONTENT_TYPES, name);
  const path = ownValue(SWAGGER_UI, name);
  if (contentType === undefined || path === undefined) throw new AppError('not_found');
  const content = await readFile(path);
  return { content, contentType, etag: etagOf(content) };
};
