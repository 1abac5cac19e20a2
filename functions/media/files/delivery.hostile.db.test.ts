import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE } from '#shared/testing/harness.ts';
import { type MediaHarness, openMediaHarness } from '../testing/media-harness.ts';
import { ebml, isoMedia, odt, office, ogg, wav, zip } from '../testing/samples.ts';

let world: MediaHarness;
let student: Record<string, string>;
beforeAll(async () => {
  world = await openMediaHarness('filesystem');
  student = (await world.signIn(1)).headers;
});
afterAll(() => world.close());

const SCRIPT = '<script>alert(document.domain)</script>';
const HTML = `<!doctype html><html><body>${SCRIPT}</body></html>`;
const text = (content: string): Buffer => Buffer.from(content, 'latin1');
const join = (...parts: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? text(part) : part)));

const FILES: readonly [string, Buffer][] = [
  ['HTML', text(HTML)],
  ['HTML behind white space', text(`\n\n  ${HTML}`)],
  ['HTML with a byte order mark', Buffer.from(`\ufeff${HTML}`)],
  ['HTML in UTF-16', Buffer.from(`\ufeff${HTML}`, 'utf16le')],
  ['HTML in UTF-7', text('+ADw-script+AD4-alert(1)+ADw-/script+AD4-')],
  ['XHTML', text(`<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">${SCRIPT}</html>`)],
  ['SVG', text(`<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`)],
  ['SVG with an event', text('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
  [
    'XML with a stylesheet',
    text('<?xml version="1.0"?><?xml-stylesheet href="data:,x" type="text/xsl"?><a/>'),
  ],
  ['JavaScript', text('alert(1)')],
  ['a module', text('export default fetch("/api/v6/profile")')],
  ['CSS', text('body{background:url(//evil.example)}')],
  ['JSON', text('{"__proto__":{}}')],
  ['a web manifest', text('{"start_url":"/"}')],
  ['a cache manifest', text('CACHE MANIFEST\n/')],
  ['a Flash policy', text('<cross-domain-policy><allow-access-from domain="*"/></cross-domain-policy>')],
  ['a shell script', text('#!/bin/sh\nrm -rf /')],
  ['PHP', text('<?php system($_GET[0]); ?>')],
  ['a web archive', text(`MIME-Version: 1.0\nContent-Type: text/html\n\n${HTML}`)],
  ['an HTML application', text('<hta:application/><script>new ActiveXObject("x")</script>')],
  ['an ELF program', join('\x7fELF\x02\x01\x01', Buffer.alloc(20))],
  ['a Windows program', join('MZ\x90\0', HTML)],
  ['a Java class', join('\xca\xfe\xba\xbe\0\0\0\x34', Buffer.alloc(20))],
  ['WebAssembly', join('\0asm\x01\0\0\0')],
  ['Flash', join('FWS\x0a', Buffer.alloc(20))],
  ['compressed Flash', join('CWS\x0a', Buffer.alloc(20))],
  ['a JAR', zip([{ name: 'META-INF/MANIFEST.MF', content: 'Main-Class: X' }])],
  ['an APK', zip([{ name: 'AndroidManifest.xml' }, { name: 'classes.dex' }])],
  ['a ZIP that climbs', zip([{ name: '../../etc/cron.d/x', content: '* * * * *' }])],
  ['GIF and HTML', join('GIF89a/*', HTML)],
  ['GIF and JavaScript', text('GIF89a/*\0\0*/=1;alert(1)//')],
  ['PNG and HTML', join('\x89PNG\r\n\x1a\n', HTML)],
  ['JPEG and HTML', join('\xff\xd8\xff\xe0', HTML)],
  ['JPEG and PHP', join('\xff\xd8\xff\xe0', '<?php x(); ?>')],
  ['WebP and HTML', join('RIFF\0\0\0\0WEBP', HTML)],
  ['WAV and HTML', join(wav(0), HTML)],
  ['WAV and JavaScript', text('RIFF=1/*WAVE*/;alert(1)')],
  ['Ogg and HTML', join(ogg(text('OpusHead')), HTML)],
  ['ID3 and HTML', join('ID3', HTML)],
  ['MP3 and HTML', join('\xff\xfb\x90\x64', HTML)],
  ['ADTS and HTML', join('\xff\xf1\x50\x80', HTML)],
  ['MP4 and HTML', join(isoMedia('isom', ['vide']), HTML)],
  ['MP4 of an HTML payload', isoMedia('M4A ', ['soun'], text(HTML))],
  ['QuickTime and HTML', join(isoMedia('qt  ', ['vide']), HTML)],
  ['WebM and HTML', join(ebml('webm', [1]), HTML)],
  ['Matroska and HTML', join(ebml('matroska', [1]), HTML)],
  ['PDF with a script', text('%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj')],
  ['PDF and HTML', text(`%PDF-1.4\n${HTML}`)],
  ['HTML and PDF', text(`${HTML}\n%PDF-1.4`)],
  ['PDF and ZIP', join('%PDF-1.4\n', zip([{ name: 'x.js', content: 'alert(1)' }]))],
  ['DOCX and HTML', join(office('word/document.xml'), HTML)],
  ['DOCX with a script', office('word/document.xml', [{ name: 'x.html', content: HTML }])],
  ['DOCM', office('word/document.xml', [{ name: 'word/vbaProject.bin', content: 'x' }])],
  ['XLSM in other letters', office('xl/workbook.xml', [{ name: 'xl/VBAPROJECT.BIN', content: 'x' }])],
  ['ODT with a script', join(odt(), HTML)],
  [
    'an ODT that is no text',
    zip([
      { name: 'mimetype', content: 'text/html' },
      { name: 'x', content: HTML },
    ]),
  ],
  ['an HTA shortcut', text('[InternetShortcut]\nURL=file:///c:/windows/system32/calc.exe')],
  ['RTF', text('{\\rtf1\\object}')],
];

const TYPES = ['character', 'word', 'word_example', 'lesson_audio', 'lesson_video', 'lesson_doc', 'avatar'];
/** What a browser may run, render as a page or apply. */
const ACTIVE = /html|xml|svg|javascript|ecmascript|css|json|wasm|flash|java|multipart|octet-stream/;
const INERT = /^(audio|video)\/[a-z0-9]+$|^image\/(png|jpeg|gif|webp)$/;

it.each(FILES)('%s is never served as active content, whatever it is called', async (_name, bytes) => {
  for (const type of TYPES) {
    for (const [filename, mime] of [
      ['evil.html', 'text/html'],
      ['evil.svg', 'image/svg+xml'],
    ] as const) {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(bytes)], { type: mime }), filename);
      const { status, json } = await world.call(`POST /media/${type}`, {
        headers: SERVICE,
        body: form,
      });
      if (status !== 201) {
        expect([status, json.code]).toEqual([415, 'unsupported_media_type']);
        continue;
      }
      const file = await world.call(`GET /media/${type}/${json.id}`, { headers: student });
      const contentType = file.headers['content-type'] ?? '';
      const disposition = file.headers['content-disposition'] ?? '';
      expect(file.headers['x-content-type-options']).toBe('nosniff');
      expect(file.headers['content-security-policy']).toBe("sandbox; default-src 'none'");
      if (disposition === 'inline') expect(contentType).toMatch(INERT);
      else
        expect(disposition).toMatch(/^attachment; filename="[0-9a-f-]{36}\.(pdf|odt|docx|xlsx|pptx|txt)"; /);
      if (!contentType.startsWith('application/vnd.')) expect(contentType).not.toMatch(ACTIVE);
      expect(json.id).not.toMatch(/html|svg/);
    }
  }
});

it('counts at least 40 of them', () => {
  expect(FILES.length).toBeGreaterThanOrEqual(40);
});

describe('multipart bodies that only cost time', () => {
  const repeated = (part: string, size: number): string => part.repeat(Math.ceil(size / part.length));
  const headed = (parameters: string): string =>
    `--x\r\ncontent-disposition: form-data; ${parameters}\r\n\r\n`;
  const send = (path: string, method: string, headers: Record<string, string>, body: string | Buffer) =>
    world.call(`${method} ${path}`, {
      headers: { ...headers, 'content-type': 'multipart/form-data; boundary=x' },
      body: typeof body === 'string' ? `${body}--x--\r\n` : new Uint8Array(body),
    });

  it.each([
    ['4 MB of empty part headers', repeated('--x\r\n\r\n\r\n', 4_000_000)],
    ['100,000 tiny parts', `${headed('name="a"')}1\r\n`.repeat(100_000)],
    ['10 MB of empty file parts', repeated(`${headed('name="avatar"; filename="a"')}\r\n`, 10_000_000)],
  ])('%s are refused', async (_name, body) => {
    for (const [path, method, headers] of [
      ['/media/lesson_audio', 'POST', SERVICE],
      ['/profile/avatar', 'PUT', student],
    ] as const) {
      const { status, json } = await send(path, method, headers, body);
      expect([path, status, json.code]).toEqual([path, 413, 'payload_too_large']);
    }
  });

  it('do not keep a large picture out', async () => {
    const picture = Buffer.concat([text('\x89PNG\r\n\x1a\n'), Buffer.alloc(5_242_880 - 8, '\r\n--')]);
    const body = join(headed('name="file"; filename="a.png"'), picture, '\r\n--x--\r\n');
    const { status, json } = await send('/media/avatar', 'POST', SERVICE, body);
    expect([status, json.size]).toEqual([201, picture.length]);
  });
});

describe('names', () => {
  it.each([
    'a"; filename="evil.html',
    'a\\"b.pdf',
    'name\u0000.html',
    '\u202efdp.exe',
    '../../../etc/passwd',
    '..\\..\\boot.ini',
    'x'.repeat(5_000),
    'こんにちは.pdf',
    "'%0d%0aSet-Cookie: a=b",
    'a%22%0d%0a.html',
    '😀.html',
    '-',
    '.',
  ])('%j never leave their place in the header', async (filename) => {
    const { status, json } = await world.upload('lesson_doc', text(`content of ${Math.random()}`), filename);
    expect(status).toBe(201);
    const file = await world.call(`GET /media/lesson_doc/${json.id}`, { headers: student });
    expect(file.headers['content-disposition']).toMatch(
      /^attachment; filename="[0-9a-f-]{36}\.txt"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+\.txt$/,
    );
    expect(file.headers['set-cookie']).toBeUndefined();
  });

  it('with line breaks are cut off or encoded', async () => {
    const { json } = await world.start({
      mediaType: 'lesson_doc',
      filename: 'a\r\nSet-Cookie: x=1',
      size: 3,
    });
    await world.call(
      `PUT ${new URL(json.uploadUrl).pathname.replace('/api/v6', '') + new URL(json.uploadUrl).search}`,
      {
        body: 'abc',
      },
    );
    const made = await world.call(`POST /media/uploads/${json.uploadId}/complete`, {
      headers: SERVICE,
    });
    const file = await world.call(`GET /media/lesson_doc/${made.json.id}`, { headers: student });
    expect(file.headers['content-disposition']).toContain("UTF-8''a__Set-Cookie_%20x%3D1.txt");
  });
});

describe('paths', () => {
  /** Sends the path as it is, which fetch would normalise. */
  const raw = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(world.url);
      const socket = connect(Number(port), '127.0.0.1', () => {
        const token = student['authorization'];
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\nConnection: close\r\n\r\n`,
        );
      });
      let answer = '';
      socket.on('data', (chunk) => {
        answer += String(chunk);
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });

  it.each([
    '/api/v6/media/word/..%2f..%2f..%2fetc%2fpasswd',
    '/api/v6/media/word/%2e%2e%2fobjects',
    '/api/v6/media/word/....//....//etc/passwd',
    '/api/v6/media/..%5c..%5cboot.ini',
    '/api/v6/media/word/3F0E7A52-6A1C-4A0E-9F5B-0C2F7D1B9A44.mp3',
    '/api/v6/media/word/3f0e7a52-6a1c-4a0e-9f5b-0c2f7d1b9a44.exe',
    '/api/v6/media/word/3f0e7a52-6a1c-4a0e-9f5b-0c2f7d1b9a44.mp3%00',
    '/api/v6/media/word/%00',
    '/api/v6/media/__proto__/constructor',
    '/api/v6/media/constructor/x',
    '/api/v6/media/word/tmp',
    `/api/v6/media/${'a'.repeat(3_000)}`,
  ])('%s is 404', async (path) => {
    expect(await raw(path)).toMatch(/^HTTP\/1\.1 404 /);
  });
});
