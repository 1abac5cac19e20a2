/** The kana that a reading is written in, as the inside of a character class: `ぁ`-`ゖ`, `ァ`-`ヺ`, `ー`. */
export const KANA = 'ぁ-ゖァ-ヺー';

const KANA_SOMEWHERE = new RegExp(`[${KANA}]`);
const KANA_READING = new RegExp(`^[${KANA}・]+$`);
const HAN_SOMEWHERE = /[\p{Script=Han}々]/u;
const KATAKANA = /[ァ-ヶ]/g;
/** Katakana stand this far behind their hiragana, `ァ` (U+30A1) behind `ぁ` (U+3041). */
const KATAKANA_OFFSET = 0x60;

/** Whether a kana occurs in the text. */
export const hasKana = (text: string): boolean => KANA_SOMEWHERE.test(text);

/** Whether the text is a reading: nothing but kana, `ー` and the `・` between foreign words; the empty text is none. */
export const isReading = (text: string): boolean => KANA_READING.test(text);

/** Whether a character occurs that a beginner cannot read without help: Chinese characters and `々`. */
export const hasHan = (text: string): boolean => HAN_SOMEWHERE.test(text);

/** The text with its katakana as hiragana; `ー` and the four katakana without a hiragana (`ヷ`-`ヺ`) stay. */
export const katakanaToHiragana = (text: string): string =>
  text.replace(KATAKANA, (kana) => String.fromCharCode(kana.charCodeAt(0) - KATAKANA_OFFSET));
