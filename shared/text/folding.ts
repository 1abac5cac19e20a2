/**
 * Folds text for comparison (auth.md R1): NFKC, each code point alone lower-, upper- and lower-cased, NFKC.
 * `Straße` and `STRASSE` fold alike, `ＡＢＣ` and `abc`, `ΣΑΣ` and `σας`; は, ば and ハ stay apart.
 */
export const fold = (text: string): string =>
  // One code point at a time: the default mapping of a whole word knows a final sigma, ours must not.
  [...text.normalize('NFKC')]
    .map((point) => point.toLowerCase().toUpperCase().toLowerCase())
    .join('')
    .normalize('NFKC');
