import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { loadConfig } from '#shared/config/config.ts';
import { declareDomains } from '#shared/declare-domains.ts';
import { createLog } from '#shared/log/log.ts';
import { openRedis } from '#shared/redis/redis.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';
import { readEvidence } from './evidence.ts';
import { redisPlaces } from './places.ts';
import { findSecrets } from './scan.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where every API of the suite leaves its evidence. */
    evidenceDirectory: string;
  }
}

/**
 * Around the e2e suite: collects what every API kept and which secrets passed through it, and when all is done
 * fails the run if any secret is found anywhere but where it belongs (auth.md R30).
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const directory = await mkdtemp(join(tmpdir(), 'japanesestudent-evidence-'));
  project.provide('evidenceDirectory', directory);
  return async () => {
    const { secrets, places } = await readEvidence(directory);
    await rm(directory, { recursive: true, force: true });
    await declareDomains();
    const redis = openRedis(loadConfig(testEnvironment()), createLog('silent'));
    await redis.connect();
    const left = await redisPlaces(redis);
    redis.disconnect();
    const findings = findSecrets([...places, ...left], secrets);
    console.log(`${secrets.size} secrets looked for in ${places.length + left.length} places`);
    if (findings.length === 0) return;
    const lines = findings.map(({ place, secret, as }) => `${place} holds a ${secret} (as ${as})`);
    throw new Error(`secrets were found:\n${[...new Set(lines)].join('\n')}`);
  };
};
