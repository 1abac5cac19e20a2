import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalFailure } from './local-failure.ts';
import { PACKAGES_DIRECTORY } from './paths.ts';
import type { Progress } from './progress.ts';
import { hasDebianTools, unpackDebianPackages } from './services/debian.ts';
import { findProgram } from './services/programs.ts';

/** How to launch a browser; the names are those of playwright-core's `chromium.launch`. */
export interface ChromiumLaunch {
  readonly executablePath: string;
  readonly env: Readonly<Record<string, string>>;
  /** No sandbox (it needs rights that containers lack) and no traffic of the browser's own. */
  readonly args: readonly string[];
}

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// Latin and Japanese glyphs; a bare machine has none.
const PACKAGES = ['chromium', 'fonts-dejavu-core', 'fonts-ipafont-gothic'];

// The unpacked fontconfig would look for /etc/fonts, which a bare machine lacks.
const fontConfiguration = (root: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(root, 'usr/share/fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(root, 'fontcache')}</cachedir>
</fontconfig>
`;

const inherited = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

/**
 * Chromium or Chrome of this machine, else Debian's, unpacked below `.local/packages` (130 MB to download).
 * @throws LocalFailure when there is none and none can be fetched
 */
export const findChromium = async (progress: Progress): Promise<ChromiumLaunch> => {
  const installed = await findProgram('chromium', 'chromium-browser', 'google-chrome');
  if (installed !== undefined) return { executablePath: installed, env: inherited(), args: ARGS };
  if (!(await hasDebianTools())) {
    throw new LocalFailure('No browser: install chromium (Debian: apt-get install chromium)');
  }
  const { root, libraryPath } = await unpackDebianPackages(
    PACKAGES,
    join(PACKAGES_DIRECTORY, 'chromium'),
    progress,
  );
  const fonts = join(root, 'fonts.conf');
  await writeFile(fonts, fontConfiguration(root));
  return {
    executablePath: join(root, 'usr/lib/chromium/chromium'),
    env: { ...inherited(), LD_LIBRARY_PATH: libraryPath, FONTCONFIG_FILE: fonts },
    args: ARGS,
  };
};
