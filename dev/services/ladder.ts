import { firstLine, LocalFailure } from '../local-failure.ts';
import { type Progress, step } from '../progress.ts';
import { hasDebianTools } from './debian.ts';
import { SpaceFailure } from './disk-space.ts';
import { hasDockerCompose } from './docker.ts';

/** What one service offers for each step of the ladder after "the environment names it". */
export interface Ladder<Program extends { readonly version: string }, Running> {
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
  ladder: Ladder<Program, Running>,
  progress: Progress,
): Promise<Running> => {
  const { label, needed } = ladder;
  const faults: string[] = [];
  const installed = await ladder.find();
  if (installed && ladder.isSupported(installed)) {
    return step(progress, `${label} ${installed.version} of this machine`, () =>
      ladder.startProgram(installed),
    );
  }
  if (installed) faults.push(`the installed ${label} ${installed.version} is too old`);
  if (await hasDockerCompose()) {
    try {
      return await step(progress, `${label} in Docker`, ladder.startContainer);
    } catch (error) {
      faults.push(firstLine(error));
    }
  }
  if (await hasDebianTools()) {
    const fetched = await ladder.fetch().catch((error: unknown) => {
      if (!(error instanceof LocalFailure) || error instanceof SpaceFailure) throw error;
      faults.push(firstLine(error));
      return undefined;
    });
    if (fetched) {
      return step(progress, `${label} ${fetched.version}`, () => ladder.startProgram(fetched));
    }
  }
  throw new LocalFailure(
    `No ${label}${faults.length > 0 ? ` (${faults.join('; ')})` : ''}: install ${label} ${needed} or newer (Debian: ${ladder.debianPackage}) or Docker Compose, or set ${ladder.variable}`,
  );
};
