import { declareErrors } from '#shared/errors/error-codes.ts';

const errors = declareErrors({
  consonant_vowel_taken: [409, 'Another character has this consonant and vowel.'],
  hiragana_taken: [409, 'Another character has this hiragana.'],
  katakana_taken: [409, 'Another character has this katakana.'],
});

type Errors = typeof errors;

declare module '#shared/errors/error-codes.ts' {
  interface DomainErrors extends Errors {}
}
