import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Binary, ensureBinary } from './binary.ts';
import { mustExecute, which } from './execute.ts';
import type { Report, Tool } from './report.ts';
import { ensureToolsPython, fetchSource } from './tools-python.ts';
import { assetFor, pins } from './versions.ts';

export function ollamaBinary(cache: string): Binary {
  return {
    name: 'ollama',
    version: pins.ollama.version,
    minimum: pins.ollama.minimum,
    asset: assetFor(pins.ollama),
    folder: join(cache, 'ollama', pins.ollama.version),
    variable: 'OLLAMA_PATH',
    pattern: /version (?:is )?v?(\d+\.\d+\.\d+)/,
    build: which('go') ? (into, report) => build(cache, into, report) : undefined,
  };
}

/** Go's module zips leave out `vendor/` folders, and with them three headers that Ollama's C++ parts include. */
async function build(cache: string, into: string, report: Report): Promise<void> {
  const tools = await ensureToolsPython(cache, report);
  const scratch = mkdtempSync(join(tmpdir(), 'temper-headers-'));
  try {
    const miniaudio = await fetchSource(tools, 'miniaudio', pins.miniaudio.version, scratch, ['--no-build-isolation']);
    const prefixes = ['/opt/homebrew/include', '/usr/local/include'].filter((folder) => existsSync(join(folder, 'nlohmann')));
    // Not CGO_CXXFLAGS: Go's build cache would count every change of it. Not /usr/include: naming it breaks #include_next.
    const include = [miniaudio, ...prefixes].join(delimiter);
    await mustExecute(
      'building ollama',
      'go',
      ['install', '-trimpath', '-ldflags', `-s -w -X github.com/ollama/ollama/version.Version=${pins.ollama.version}`, pins.ollama.go_module],
      { env: { GOBIN: join(into, 'bin'), CGO_ENABLED: '1', CPLUS_INCLUDE_PATH: include, C_INCLUDE_PATH: include } },
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

export const ensureOllama = (cache: string, report: Report, env?: NodeJS.ProcessEnv): Promise<Tool> => ensureBinary(ollamaBinary(cache), report, env);
