/**
 * What `APP_ENV=local` fills in. The secrets are published and worthless; production refuses to start with them.
 */
export const LOCAL_DEFAULTS: Readonly<Record<string, string>> = {
  PUBLIC_BASE_URL: 'http://localhost:3000',
  CORS_ALLOWED_ORIGINS: '*',
  COOKIE_SECURE: 'false',
  JWT_SECRET: 'local-jwt-secret-worthless-0123456789abcdef',
  API_KEY: 'local-api-key-worthless',
  MEDIA_URL_SECRET: 'local-media-url-secret-worthless-0123456789',
};
