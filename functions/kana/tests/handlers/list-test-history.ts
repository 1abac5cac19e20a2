import { z } from 'zod';
import { callerId } from '#shared/http/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { idField, timestamp } from '#shared/http/fields.ts';
import { listHistory } from '../progress.ts';

const mark = () => z.number().min(0).max(1).meta({ description: '0 when untested.', example: 0.84 });

const item = z.object({
  characterId: idField(),
  characterHiragana: z.string().meta({ example: 'き' }),
  characterKatakana: z.string().meta({ example: 'キ' }),
  hiraganaReadingResult: mark(),
  hiraganaWritingResult: mark(),
  hiraganaListeningResult: mark(),
  katakanaReadingResult: mark(),
  katakanaWritingResult: mark(),
  katakanaListeningResult: mark(),
  lastTestedAt: timestamp(),
});

/** GET /test-results/history, any signed-in account: reads. */
export const handler = endpoint(
  {
    summary: 'The own marks by character',
    guard: 'user',
    responses: {
      200: {
        description: 'Every character with a tested skill, by ascending id.',
        schema: z.array(item),
      },
    },
  },
  async (_input, context) => {
    const history = await listHistory(context, callerId(context.caller));
    const body = history.map((progress) => ({
      ...progress,
      lastTestedAt: progress.lastTestedAt.toISOString(),
    }));
    return { status: 200, body };
  },
);
