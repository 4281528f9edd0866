/** What a step took when it ran before, in this home. */
export interface EarlierStep {
  run: string;
  /** Of work, without waits. */
  seconds: number;
  /** The most that its trainer took, of its device. Bytes. */
  memory?: number;
  /** Bytes of its outputs. */
  disk: number;
  /** Its numbers. */
  outputs: Readonly<Record<string, number>>;
}
