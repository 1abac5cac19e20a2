import { join } from 'node:path';
import { type Files, packageFolder } from '#shared/checkout/package-files.ts';

const FOLDER = packageFolder('swagger-ui-dist');

/** The files of Swagger UI that the reference page loads; they lie beside each bundle that reads one. */
export const SWAGGER_UI: Files = Object.fromEntries(
  ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'].map((name) => [name, join(FOLDER, name)]),
);
