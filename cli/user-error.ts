/** A mistake of the person who types, told without a stack trace. Exit code 2 unless said otherwise. */
export class UserError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
