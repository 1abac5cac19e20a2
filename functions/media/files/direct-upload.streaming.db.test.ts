import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SERVICE } from '#shared/testing/harness.ts';
import { openTestResources, type TestResources, testEnvironment } from '#shared/testing/test-resources.ts';
import { pathOf } from '../testing/media-harness.ts';
import { box } from '../testing/samples.ts';

const LIMIT = 524_288_000;
const MEBIBYTE = 1_048_576;
const ALLOWED_GROWTH = 64 * MEBIBYTE;
const IDLE_MS = 1_000;

let resources: TestResources;
let server: ChildProcess;
let url: string;
let root: string;
/** What the server wrote to its log. */
const log: string[] = [];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'japanesestudent-media-'));
  resources = await openTestResources();
  const { DB_NAME, REDIS_PREFIX } = resources.config;
  const settings = {
    DB_NAME,
    REDIS_PREFIX,
    MEDIA_BASE_PATH: root,
    MEDIA_IDLE_TIMEOUT: `${IDLE_MS / 1_000}s`,
    LOG_LEVEL: 'info',
  };
  server = spawn(process.execPath, [join(import.meta.dirname, '..', 'testing', 'serve-process.ts')], {
    env: testEnvironment(settings),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: server.stdout ?? Readable.from([]) });
  url = await new Promise((resolve) => {
    lines.on('line', (line) => (line.startsWith('http') ? resolve(line) : log.push(line)));
  });
});
afterAll(async () => {
  server.kill('SIGKILL');
  await resources.close();
  await rm(root, { recursive: true, force: true });
});

const residentBytes = async (): Promise<number> => {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
};

/** By how much the server's memory grows at most during the work. */
const growthDuring = async (work: () => Promise<void>): Promise<number> => {
  const before = await residentBytes();
  let peak = before;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      peak = Math.max(peak, await residentBytes());
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  await work();
  isOver = true;
  await watching;
  return peak - before;
};

/** A video of exactly so many bytes, made as it is sent. */
function* videoOf(size: number): Generator<Buffer> {
  const head = box('ftyp', 'isom', Buffer.alloc(4));
  const data = Buffer.alloc(8);
  data.writeUInt32BE(size - head.length, 0);
  data.write('mdat', 4, 'latin1');
  yield Buffer.concat([head, data]);
  const block = Buffer.alloc(MEBIBYTE, 'frame');
  for (let left = size - head.length - 8; left > 0; left -= block.length) yield block.subarray(0, left);
}

const send = (path: string, method: string, headers: Record<string, string>): ClientRequest =>
  request(`${url}/api/v6${path}`, { method, headers });

const responseTo = async (sent: ClientRequest): Promise<IncomingMessage> => {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
};

const jsonOf = async (response: IncomingMessage) =>
  JSON.parse(Buffer.concat(await response.toArray()).toString());

const uploadVideo = async (size: number) => {
  const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="film.mp4"\r\n\r\n';
  const tail = '\r\n--x--\r\n';
  const digest = createHash('sha256');
  const body = function* () {
    yield Buffer.from(head);
    for (const chunk of videoOf(size)) {
      digest.update(chunk);
      yield chunk;
    }
    yield Buffer.from(tail);
  };
  const sent = send('/media/lesson_video', 'POST', {
    ...SERVICE,
    'content-type': 'multipart/form-data; boundary=x',
    'content-length': String(head.length + size + tail.length),
  });
  const [response] = await Promise.all([responseTo(sent), pipeline(Readable.from(body()), sent)]);
  return { status: response.statusCode, json: await jsonOf(response), sha256: digest.digest('hex') };
};

const downloadDigest = async (path: string): Promise<string> => {
  const sent = send(path, 'GET', {});
  sent.end();
  const digest = createHash('sha256');
  await pipeline(await responseTo(sent), digest);
  return digest.digest('hex');
};

it('takes and gives 500 MiB with less than 64 MiB of memory', { timeout: 120_000 }, async () => {
  const warm = await uploadVideo(8 * MEBIBYTE);
  await downloadDigest(pathOf(warm.json.url));
  let stored: Awaited<ReturnType<typeof uploadVideo>> | undefined;
  const uploading = await growthDuring(async () => {
    stored = await uploadVideo(LIMIT);
  });
  expect(stored).toMatchObject({
    status: 201,
    json: { size: LIMIT, contentType: 'video/mp4', sha256: stored?.sha256 },
  });
  let digest = '';
  const downloading = await growthDuring(async () => {
    digest = await downloadDigest(pathOf(stored?.json.url));
  });
  expect(digest).toBe(stored?.sha256);
  console.log(
    `memory grew by ${uploading / MEBIBYTE} MiB in the upload, ${downloading / MEBIBYTE} in the download`,
  );
  expect(uploading).toBeLessThan(ALLOWED_GROWTH);
  expect(downloading).toBeLessThan(ALLOWED_GROWTH);
});

const temporaryFiles = () => readdir(join(root, 'tmp'));

it('closes a connection without progress and keeps nothing of it', async () => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const { 'x-api-key': key } = SERVICE;
  const head = `POST /api/v6/media/word HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n`;
  socket.write(
    `${head}--x\r\ncontent-disposition: form-data; name="file"; filename="a.mp3"\r\n\r\nID3 and no more`,
  );
  const startedAt = performance.now();
  socket.resume();
  await once(socket, 'close');
  expect(performance.now() - startedAt).toBeGreaterThan(IDLE_MS * 0.8);
  expect(performance.now() - startedAt).toBeLessThan(IDLE_MS * 4);
  await expect.poll(temporaryFiles).toEqual([]);
});

const startedUpload = async (): Promise<string> => {
  const body = JSON.stringify({ mediaType: 'lesson_video', filename: 'a.mp4', size: 10 * MEBIBYTE });
  const sent = send('/media/uploads', 'POST', { ...SERVICE, 'content-type': 'application/json' });
  sent.end(body);
  return pathOf((await jsonOf(await responseTo(sent))).uploadUrl);
};

const directUpload = (): Promise<string> => Promise.resolve('/media/lesson_video');

it.each<[string, string, () => Promise<string>]>([
  ['in a direct upload', 'POST', directUpload],
  ['in the second of two steps', 'PUT', startedUpload],
])('keeps nothing of a client that goes away %s, and logs no error', async (_name, method, path) => {
  const requestId = randomUUID();
  const sent = send(await path(), method, {
    ...SERVICE,
    'content-type': 'multipart/form-data; boundary=x',
    'x-request-id': requestId,
  });
  sent.on('error', () => undefined);
  sent.write('--x\r\ncontent-disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n');
  sent.write(Buffer.alloc(MEBIBYTE));
  await expect.poll(temporaryFiles).not.toEqual([]);
  sent.destroy();
  await expect.poll(temporaryFiles).toEqual([]);
  const logged = () => log.map((line) => JSON.parse(line)).filter((entry) => entry.requestId === requestId);
  await expect.poll(logged).toMatchObject([{ level: 'info', method, status: 400 }]);
});
