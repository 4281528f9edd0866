import { readFileSync } from 'node:fs';

interface VendorPin {
  version: string;
  /** The oldest version found on PATH that is used instead. */
  minimum: string;
  go_module: string;
  release: string;
  /** By platform: file name and SHA-256. */
  downloads: Readonly<Record<string, readonly [string, string]>>;
}

interface Pins {
  python: { minimum: string };
  uv: { version: string };
  temporal: VendorPin;
  ollama: VendorPin;
  /** The whole tree of llama.cpp comes in the source distribution of this PyPI package. */
  llama_cpp: { package: string; version: string };
  /** Carries the one header that Go's module zip of Ollama leaves out and no distribution packages. */
  miniaudio: { version: string };
}

/** Everything temper fetches, pinned. The file is JSON because the bootstrap reads it before any TypeScript can run. */
export const pins = JSON.parse(readFileSync(new URL('./pins.json', import.meta.url), 'utf8')) as Pins;

export interface Asset {
  url: string;
  sha256: string;
}

/** The vendor's archive for this platform, where its hash is known. */
export function assetFor(pin: VendorPin, platform = `${process.platform}-${process.arch}`): Asset | undefined {
  const known = pin.downloads[platform];
  return known && { url: pin.release + known[0], sha256: known[1] };
}

/** `true` when `found` (`1.10.2`) is at least `minimum`. */
export function atLeast(found: string, minimum: string): boolean {
  const [a, b] = [found, minimum].map((version) => version.split(/[.-]/).map(Number)) as [number[], number[]];
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
