/** Why the schema cannot be brought up to date, in one complete line that says what to do. */
export class MigrationFailure extends Error {
  override readonly name = 'MigrationFailure';
}
