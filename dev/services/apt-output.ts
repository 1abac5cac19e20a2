/** One package of a download plan. */
export interface PlannedPackage {
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
}

// 'uri' name_version_architecture.deb size hash; the colon of an epoch is written %3a.
const PRINTED_URI = /^'[^']+' ([^_ ]+)_([^_ ]+)_[^_ ]+\.deb (\d+)/;

/** Reads the output of `apt-get install --print-uris`; other lines are skipped. */
export const parsePrintedUris = (output: string): PlannedPackage[] =>
  output.split('\n').flatMap((line) => {
    const match = PRINTED_URI.exec(line);
    if (!match) return [];
    const [, name = '', version = '', bytes = '0'] = match;
    return [{ name, version: decodeURIComponent(version), bytes: Number(bytes) }];
  });

// The machine's own C library must stay in use: another one does not fit its dynamic loader.
const C_LIBRARY = /^(libc6|libc-bin|libc-l10n|locales|libc6-.*)$/;

/** What has to be downloaded of a plan: all of it except the C library. */
export const wantedPackages = (
  plan: readonly PlannedPackage[],
  asked: readonly string[],
): readonly PlannedPackage[] => plan.filter(({ name }) => asked.includes(name) || !C_LIBRARY.test(name));
