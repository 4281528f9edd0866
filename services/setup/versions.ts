import content from './pins.json' with { type: 'json' };

export interface VendorPin {
  version: string;
  /** The oldest version found on PATH or running that is used instead. */
  minimum: string;
  release: string;
  /** By `process.platform-process.arch`: file name and SHA-256, found equal in two public lock files that do not depend on each other. */
  downloads: Readonly<Record<string, readonly [file: string, sha256: string]>>;
  /** Size of the largest archive: the Linux ones of Ollama carry the CUDA libraries. */
  megabytes: number;
  go_module: string;
  go_version_variable: string;
  go_minimum: string;
  build_minutes: number;
}

interface Pins {
  node: { minimum: string };
  python: { minimum: string };
  uv: { version: string; minimum: string };
  temporal: VendorPin;
  ollama: VendorPin;
  /** The source distribution of this PyPI package has the whole tree of llama.cpp, and the headers that Ollama's Go module lacks. */
  llama_cpp: { package: string; version: string };
}

/** Everything temper fetches, pinned. */
export const pins: Pins = content as unknown as Pins;
