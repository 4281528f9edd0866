import type { VendorPin } from './versions.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Program {
  path: string;
  version: string;
}

export function cacheFolder(env?: Environment): string;
export function programFolder(cache: string, name: string, pin: Pick<VendorPin, 'version'>): string;
export function isProgram(path: string): boolean;
export function which(name: string, env?: Environment): string | undefined;
export function output(path: string, args: readonly string[], env?: Environment): Promise<string | undefined>;
export function versionIn(text: string | undefined): string | undefined;
export function isAtLeast(version: string, minimum: string): boolean;
export function isUnnumbered(version: string): boolean;
export function programVersion(path: string, env?: Environment): Promise<string | undefined>;
export function programOnPath(
  name: string,
  pin: Pick<VendorPin, 'minimum'>,
  env?: Environment,
): Promise<{ path?: string; version?: string; tooOld?: Program }>;
export function findPython(env?: Environment): Promise<Program | undefined>;
export function findUv(env?: Environment): Promise<Program | undefined>;
export function canUnpack(url: string, env?: Environment): Promise<boolean>;
export function programPath(cache: string, name: string, pin: Pick<VendorPin, 'version'>): string;
export function assetFor(
  pin: Pick<VendorPin, 'release' | 'downloads'>,
  platform?: string,
): { url: string; sha256: string } | undefined;
