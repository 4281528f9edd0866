/** A user's mistake, printed without a stack trace: the message, then a line with the hint. The exit code is 2 unless given. */
export class UserError extends Error {
  readonly hint: string | undefined;
  readonly exitCode: number;
  constructor(message: string, { hint, exitCode = 2 }: { hint?: string | undefined; exitCode?: number } = {}) {
    super(message);
    this.hint = hint;
    this.exitCode = exitCode;
  }

  /** What the terminal shows, without the last line end. */
  get text(): string {
    return this.hint === undefined ? this.message : `${this.message}\nhint: ${this.hint}`;
  }
}
