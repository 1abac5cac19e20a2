/** `SESSION_ROUNDS=full` (npm run test:sessions) runs all rounds; `npm test` runs a selection. */
const isFull = process.env['SESSION_ROUNDS'] === 'full';

/** Rounds of a proof that needs many. */
export const rounds = (full: number, selection: number): number => (isFull ? full : selection);

/** Long enough for the number of rounds, on a busy machine. */
export const ROUNDS_TIMEOUT_MS = isFull ? 600_000 : 60_000;
