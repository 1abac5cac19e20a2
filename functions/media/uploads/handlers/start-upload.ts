import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { countCodePoints } from '#shared/text/code-points.ts';
import { mediaTypeSchema } from '../../files/media-file.schema.ts';
import { prepareUpload, SENT_TYPE, startUpload } from '../uploads.ts';

const LONGEST = 255;

const shortText = () =>
  z
    .string()
    .min(1)
    .refine((text) => countCodePoints(text, LONGEST) <= LONGEST, {
      error: `must have at most ${LONGEST} characters`,
      params: { code: 'too_long' },
    })
    .meta({ maxLength: LONGEST });

const body = z.object({
  mediaType: mediaTypeSchema,
  filename: shortText().meta({ description: 'The name to display.' }),
  size: z.int().min(1).meta({ description: 'The exact size in bytes.' }),
  contentType: z
    .string()
    .max(LONGEST)
    .optional()
    .meta({ description: 'Ignored; the content type is detected from the file.' }),
  sha256: z
    .string()
    .regex(/^[0-9A-Fa-f]{64}$/, 'must be 64 hexadecimal digits')
    .optional()
    .meta({ description: 'The SHA-256 digest in hexadecimal. It is checked on completion.', maxLength: 64 }),
});

const uploadSchema = z
  .object({
    uploadId: z.string(),
    message: z.string(),
    uploadUrl: z.string(),
    method: z.literal('PUT'),
    headers: z.record(z.string(), z.string()).meta({ description: 'Headers to send with the bytes.' }),
    expiresAt: z.string().meta({ description: 'When the address expires.', example: '2026-03-20T04:33:20Z' }),
  })
  .meta({ id: 'Upload' });

/** POST /media/uploads, service or tutor: writes an open upload and answers where its bytes go. */
export const handler = endpoint(
  {
    summary: 'Start an upload',
    description: 'Send the bytes to `uploadUrl`, then call `POST /media/uploads/{uploadId}/complete`.',
    guard: ['service', 'tutor'],
    idempotent: true,
    request: { body: { format: 'json', schema: body } },
    responses: {
      201: {
        description: 'The upload has started.',
        schema: uploadSchema,
      },
    },
  },
  async ({ body: { mediaType: type, filename, size, sha256 } }, context) => {
    const plan = { type, filename, size, sha256: sha256?.toLowerCase() };
    const { upload, url } = await prepareUpload(context, plan);
    return context.commit(async (tx) => {
      await startUpload(tx, context, upload);
      return {
        status: 201,
        body: {
          uploadId: upload.id,
          message: 'Upload started',
          uploadUrl: url,
          method: 'PUT',
          headers: { 'Content-Type': SENT_TYPE },
          expiresAt: upload.expiresAt.toISOString().replace('.000Z', 'Z'),
        },
      };
    });
  },
);
