import type { Report, Tool } from './report.ts';
import { ensureOllama } from './ollama.ts';
import { ensurePython } from './python.ts';
import { ensureTemporal } from './temporal.ts';

export interface Toolchain {
  python: Tool;
  temporal: Tool | undefined;
  ollama: Tool;
}

const ways: Readonly<Record<Tool['way'], string>> = {
  named: 'named by you',
  cached: 'from the cache',
  path: 'on PATH',
  downloaded: 'downloaded',
  built: 'set up now',
};

/** Brings up every part that is missing, one after the other; says in one line each where it came from when it was not cached. */
export async function ensureToolchain(cache: string, report: Report, needs: { temporal: boolean }): Promise<Toolchain> {
  const say = (name: string, tool: Tool) => {
    if (tool.way !== 'cached') report(`${name} ${tool.version}: ${ways[tool.way]} (${tool.path})`);
    return tool;
  };
  return {
    python: say('training libraries', await ensurePython(cache, report)),
    temporal: needs.temporal ? say('temporal', await ensureTemporal(cache, report)) : undefined,
    ollama: say('ollama', await ensureOllama(cache, report)),
  };
}
