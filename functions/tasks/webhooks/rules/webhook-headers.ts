import { createHmac } from 'node:crypto';

/** What a signature says besides the body. */
export interface WebhookStamp {
  /** `run-<run id>`, the same in every attempt. */
  readonly id: string;
  readonly sentAt: Date;
}

/** The headers of the Standard Webhooks specification; none without a secret. */
export const signatureHeaders = (
  { id, sentAt }: WebhookStamp,
  body: string,
  secrets: readonly Uint8Array[],
): Readonly<Record<string, string>> => {
  if (secrets.length === 0) return {};
  const timestamp = String(Math.floor(sentAt.getTime() / 1_000));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
};
