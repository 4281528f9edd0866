export interface MachineCheck {
  name: string;
  ok: boolean;
  detail: string;
  /** What to do when it is not ok. */
  remedy?: string;
}
