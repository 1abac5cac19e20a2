import { expect, test } from 'vitest';
import { isEmail } from '#functions/auth/accounts/rules/email.ts';
import { isUsername } from '#functions/auth/accounts/rules/username.ts';
import { attachment } from '#functions/media/files/rules/display-name.ts';
import { parseMediaId } from '#functions/media/files/rules/media-id.ts';
import { chooseRange } from '#functions/media/files/rules/ranges.ts';
import { parseContent } from '#functions/tasks/content/rules/content.ts';
import { isRecipient } from '#functions/tasks/content/rules/recipient.ts';
import { variablesOf } from '#functions/tasks/templates/rules/template.ts';
import { parseWebhookUrl } from '#functions/tasks/webhooks/rules/webhook-url.ts';
import { hostList } from '#functions/tasks/webhooks/rules/webhook-variables.ts';
import { namesEtag } from '#shared/conditional/etag.ts';
import { checkPreconditions } from '#shared/conditional/preconditions.ts';
import { prefersHtml } from '#shared/http/accept.ts';
import { isJson } from '#shared/http/body/json-body.ts';
import { bearerToken } from '#shared/http/caller/caller.ts';
import { clientAddress, networkOf } from '#shared/http/caller/client-address.ts';
import { parseCookies } from '#shared/http/cookies.ts';
import { readQuery } from '#shared/http/validate.ts';
import { valuesByName } from '#shared/text/names.ts';
import { parseCron } from '#shared/time/cron.ts';
import { isTimeZone } from '#shared/time/time-zones.ts';

const ALLOWED_MS = 50;
/** Noise of the machine only makes a measurement longer, so the shortest counts. */
const TRIES = 8;
/** What the platform takes in all headers, or in the path and query. */
const HEAD = 16_384;

/** What this thread has worked, as on a busy machine others take the processor away. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

const peer = '10.0.0.1';
const validators = { etag: '"x"', lastModified: new Date(0) };
const hosts = { INTERNAL_BASE_URL: 'http://api', INTERNAL_WEBHOOK_HOSTS: [], WEBHOOK_PRIVATE_HOSTS: [] };

/** Every function of ours that reads text which no schema has bounded yet, by the text's greatest length. */
const READERS: Record<string, readonly [(text: string) => unknown, number]> = {
  'Content-Type': [isJson, HEAD],
  Accept: [prefersHtml, HEAD],
  Authorization: [(text) => bearerToken({ headers: valuesByName([['authorization', text]]) }), HEAD],
  Cookie: [parseCookies, HEAD],
  'If-None-Match': [(text) => namesEtag(text, '"x"', 'weak'), HEAD],
  'If-Match of a file': [(text) => checkPreconditions({ 'if-match': text }, validators), HEAD],
  'If-Modified-Since': [(text) => checkPreconditions({ 'if-modified-since': text }, validators), HEAD],
  Range: [(text) => chooseRange(text, 1_000), HEAD],
  'X-Forwarded-For': [
    (text) => clientAddress({ peer, headers: valuesByName([['x-forwarded-for', text]]) }, [peer]),
    HEAD,
  ],
  'an address': [networkOf, HEAD],
  'a query': [readQuery, HEAD],
  'the id of a file': [parseMediaId, HEAD],
  'a file name': [(text) => attachment('id.pdf', text), 65_536],
  'a recipient': [isRecipient, 65_536],
  'an e-mail address': [isEmail, 65_536],
  'a username': [isUsername, 65_536],
  'a content': [parseContent, 20_000],
  'a template': [(text) => variablesOf({ subject: text, body: text }), 65_536],
  'a cron expression': [parseCron, 1_048_576],
  'a time zone': [isTimeZone, 1_048_576],
  'a webhook': [(text) => parseWebhookUrl(text, hosts), 1_048_576],
  'a host list': [(text) => hostList().safeParse(text), 2_048],
};

/** Pieces that make expressions look back, after beginnings that let them look at all. */
const BEGINNINGS = ['', 'application/json', 'bearer a', 'bytes=0-1', '"', 'http://a', 'a@', '* * * *', 'a'];
const PIECES = [
  ' ',
  '\t',
  '"',
  ',',
  ';',
  '.',
  '-',
  '=',
  '/',
  '0',
  'a',
  'a,',
  '0-0,',
  'W/"',
  '{{1}}',
  '&a',
  '\u0301\u0316',
  '\ufdfa',
];

test.each(Object.entries(READERS))(
  '%s of any text is read at once',
  (_name, [read, length]) => {
    for (const beginning of BEGINNINGS) {
      for (const piece of PIECES) {
        const text = `${beginning}${piece.repeat(Math.floor((length - 20) / piece.length))}!`;
        let shortest = Number.POSITIVE_INFINITY;
        for (let tries = 0; tries < TRIES && shortest >= ALLOWED_MS; tries++) {
          const startedAt = cpuMs();
          read(text);
          shortest = Math.min(shortest, cpuMs() - startedAt);
        }
        expect(shortest, JSON.stringify(text.slice(0, 40))).toBeLessThan(ALLOWED_MS);
      }
    }
  },
  30_000,
);
