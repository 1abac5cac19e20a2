import type { ContentKind } from './content-types.ts';

const MEBIBYTE = 1_048_576;

interface MediaTypeRules {
  readonly kind: ContentKind;
  readonly maxBytes: number;
  readonly disposition: 'inline' | 'attachment';
  readonly public: boolean;
  /** Whether a tutor or admin may upload it, in two steps. */
  readonly byTutors: boolean;
}

const recording = (maxBytes: number, byTutors: boolean): MediaTypeRules => ({
  kind: 'audio',
  maxBytes,
  disposition: 'inline',
  public: false,
  byTutors,
});

/** Section 1 of media.md. */
export const MEDIA_TYPES = {
  character: { ...recording(5 * MEBIBYTE, false), public: true },
  word: recording(5 * MEBIBYTE, false),
  word_example: recording(5 * MEBIBYTE, false),
  lesson_audio: recording(50 * MEBIBYTE, true),
  lesson_video: { ...recording(500 * MEBIBYTE, true), kind: 'video' },
  lesson_doc: { ...recording(20 * MEBIBYTE, true), kind: 'document', disposition: 'attachment' },
  avatar: { ...recording(5 * MEBIBYTE, false), kind: 'image' },
} as const satisfies Record<string, MediaTypeRules>;

/** One of the seven types of media. */
export type MediaType = keyof typeof MEDIA_TYPES;

/** The rules of a type. */
export const mediaTypeRules = (type: MediaType): MediaTypeRules => MEDIA_TYPES[type];

/** Whether a text names a type, exactly. */
export const isMediaType = (text: string): text is MediaType => Object.hasOwn(MEDIA_TYPES, text);

/** `Cache-Control` of a file: bytes behind an id never change, but a private one must not outlive its links. */
export const cacheControlOf = (type: MediaType): string =>
  mediaTypeRules(type).public ? 'public, max-age=31536000, immutable' : 'private, max-age=21600';
