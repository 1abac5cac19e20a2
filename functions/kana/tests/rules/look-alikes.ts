/**
 * Kana whose shapes learners mix up, by the base of the sign; each row is a group, a kana may be in several.
 * ぬ and め differ by a loop, シ and ツ by the slant of the strokes, ソ and ン likewise.
 */
const GROUPS: readonly string[] = [
  ...['あおぬめ', 'ぬねれわ', 'さきちら', 'るろら', 'はほまよ', 'けはに', 'たなに', 'いりこに', 'うらつ'],
  ...['くへしつ', 'えんそて', 'すむみ', 'かやせ', 'のゆめ', 'ひふみ', 'とてをこ', 'もしまほ'],
  ...[
    'シツソンノ',
    'リソノ',
    'クケタワ',
    'ウワフラヲ',
    'コユヨロ',
    'エコニユ',
    'ヌスメナ',
    'アマム',
    'チテナ',
  ],
  ...['ルレハ', 'カサセヤ', 'オホネ', 'イトナメ', 'ヘレフ', 'ヒセモ', 'キチモホ', 'ミシニ'],
];

const groupsOf = new Map<string, Set<number>>();
for (const [index, group] of GROUPS.entries()) {
  for (const base of group) groupsOf.set(base, (groupsOf.get(base) ?? new Set()).add(index));
}

const shareGroup = (a: string, b: string): boolean => {
  const mine = groupsOf.get(a);
  const others = groupsOf.get(b);
  if (!mine || !others) return false;
  for (const group of mine) if (others.has(group)) return true;
  return false;
};

const parts = new Map<string, { readonly base: string; readonly sign: string }>();

/** が as か and the dakuten, ぱ as は and the handakuten, か as か and no sign; kept, as there are few kana. */
const decompose = (kana: string): { readonly base: string; readonly sign: string } => {
  const known = parts.get(kana);
  if (known) return known;
  const [base = '', sign = ''] = kana.normalize('NFD');
  parts.set(kana, { base, sign });
  return { base, sign };
};

const singlesLookAlike = (a: string, b: string): boolean => {
  const one = decompose(a);
  const other = decompose(b);
  return one.base === other.base || (one.sign === other.sign && shareGroup(one.base, other.base));
};

/**
 * Whether two characters of one alphabet look alike (rule R8): は and ぱ (same base), ざ and ぢ (same sign, さ and
 * ち in one group), きゃ and きゅ (same first kana), きゃ and ちゃ (same second kana, first ones alike).
 */
export const lookAlike = (a: string, b: string): boolean => {
  // Kana are single code units.
  const firstA = a.charAt(0);
  const firstB = b.charAt(0);
  if (a.length !== b.length) return false;
  if (a.length === 1) return singlesLookAlike(firstA, firstB);
  return firstA === firstB || (a.charAt(1) === b.charAt(1) && singlesLookAlike(firstA, firstB));
};
