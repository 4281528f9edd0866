import { join } from 'node:path';
import { type Binary, ensureBinary } from './binary.ts';
import { mustExecute, which } from './execute.ts';
import type { Report, Tool } from './report.ts';
import { assetFor, pins } from './versions.ts';

/** Temporal's command line, which carries its development server and the web pages. */
export function temporalBinary(cache: string): Binary {
  return {
    name: 'temporal',
    version: pins.temporal.version,
    minimum: pins.temporal.minimum,
    asset: assetFor(pins.temporal),
    folder: join(cache, 'temporal', pins.temporal.version),
    variable: 'TEMPORAL_CLI_PATH',
    pattern: /temporal version (\d+\.\d+\.\d+)/,
    build: which('go') ? build : undefined,
  };
}

async function build(into: string): Promise<void> {
  await mustExecute('building temporal', 'go', ['install', '-trimpath', '-ldflags', `-s -w -X github.com/temporalio/cli/temporalcli.Version=${pins.temporal.version}`, pins.temporal.go_module], { env: { GOBIN: join(into, 'bin') } });
}

export const ensureTemporal = (cache: string, report: Report, env?: NodeJS.ProcessEnv): Promise<Tool> => ensureBinary(temporalBinary(cache), report, env);
