/** A base model on this host's disk. `digest` identifies it: an adapter fits only the base it was trained on. */
export interface Base {
  path: string;
  name: string;
  digest: string;
}
