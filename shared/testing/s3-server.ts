import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';

/** A server that speaks S3, with one empty bucket. */
export interface S3Server {
  /** The MEDIA_* variables that name it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

const BUCKET = 'media';
// Fixed by s3rver.
const KEY = 'S3RVER';
/** Browsers of any origin may read and write, as media.md asks of a real bucket. */
const CORS = `<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader></CORSRule></CORSConfiguration>`;

/** Starts s3rver on a free port with a directory of its own. */
export const startS3Server = async (): Promise<S3Server> => {
  const directory = await mkdtemp(join(tmpdir(), 'japanesestudent-s3-'));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET, configs: [CORS] }],
  });
  const { port } = await server.run();
  return {
    environment: {
      MEDIA_STORE: 's3',
      MEDIA_S3_BUCKET: BUCKET,
      MEDIA_S3_PREFIX: 'files',
      MEDIA_S3_ENDPOINT: `http://127.0.0.1:${port}`,
      MEDIA_S3_PATH_STYLE: 'true',
      MEDIA_S3_ACCESS_KEY_ID: KEY,
      MEDIA_S3_SECRET_ACCESS_KEY: KEY,
    },
    close: async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
