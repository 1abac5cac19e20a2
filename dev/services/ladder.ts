import { firstLine, LocalFailure } from '../local-failure.ts';
import { type Progress, step } from '../progress.ts';
import { hasDebianTools } from './debian.ts';
import { SpaceFailure } from './disk-space.ts';
import { hasDockerCompose } from './docker.ts';

/** What one service offers for each step of the ladder after "the environment names it". */
export interface Backoff<Program extends { readonly version: string }, Running> {
  /** As shown to people: `MariaDB`. */
  readonly label: string;
  /** Oldest supported version, as shown to people. */
  readonly needed: string;
  readonly variable: string;
  readonly debianPackage: string;
  readonly find: () => Promise<Program | undefined>;
  readonly isSupported: (program: Program) => boolean;
  readonly fetch: () => Promise<Program>;
  readonly startProgram: (program: Program) => Promise<Running>;
  readonly startContainer: () => Promise<Running>;
}

/**
 * Obtains a service by the first way that works: program on the machine, Docker Compose, Debian's packages.
 * @throws LocalFailure saying what to install when none works
 */
export const climb = async <Program extends { readonly version: string }, Running>(
  backoff: Backoff<Program, Running>,
  progress: Progress,
): Promise<Running> => {
  const { label, needed } = backoff;
  const faults: string[] = [];
  const installed = await backoff.find();
  if (installed && backoff.isSupported(installed)) {
    return step(progress, `${label} ${installed.version} of this machine`, () =>
      backoff.startProgram(installed),
    );
  }
  if (installed) faults.push(`the installed ${label} ${installed.version} is too old`);
  if (await hasDockerCompose()) {
    try {
      return await step(progress, `${label} in Docker`, backoff.startContainer);
    } catch (error) {
      faults.push(firstLine(error));
    }
  }
  if (await hasDebianTools()) {
    const fetched = await backoff.fetch().catch((error: unknown) => {
      if (!(error instanceof LocalFailure) || error instanceof SpaceFailure) throw error;
      faults.push(firstLine(error));
      return undefined;
    });
    if (fetched) {
      return step(progress, `${label} ${fetched.version}`, () => backoff.startProgram(fetched));
    }
  }
  throw new LocalFailure(
    `No ${label}${faults.length > 0 ? ` (${faults.join('; ')})` : ''}: install ${label} ${needed} or newer (Debian: ${backoff.debianPackage}) or Docker Compose, or set ${backoff.variable}`,
  );
};
