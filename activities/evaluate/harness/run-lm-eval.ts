import { withoutCredentials } from '../../../services/machine/mask.ts';
import { childEnvironment } from '../../../services/settings/child-environment.ts';
import { utf8Variables } from '../../../services/settings/text-encoding.ts';
import type { WorkContext } from '../../engine/deps.ts';
import { runProcess } from '../../process/run-process.ts';

interface Running {
  program: string;
  args: readonly string[];
  cwd: string;
}

/**
 * Runs `lm_eval` in the environment of the trainer, which has the settings of Hugging Face and no secret. Returns why it failed,
 * in its own words. Throws when the work is to stop.
 */
export async function runLmEval(
  { signal, logFile }: Pick<WorkContext, 'signal' | 'logFile'>,
  { program, args, cwd }: Running,
): Promise<{ why: string | undefined }> {
  const end = await runProcess({
    command: program,
    args,
    cwd,
    env: {
      ...childEnvironment('trainer'),
      ...utf8Variables(process.env),
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    signal,
    graceMs: 5_000,
    logFile,
    mask: withoutCredentials,
    input: '',
  });
  if (signal.aborted) throw signal.reason;
  if (end.spawnError !== undefined) return { why: `it could not be started: ${end.spawnError}` };
  if (end.killedBy !== undefined) return { why: `it was killed by ${end.killedBy}` };
  if (end.exitCode === 0) return { why: undefined };
  const said = withoutTraceback(end.lastLines);
  return { why: `it exited with code ${end.exitCode}${said ? `:\n${said}` : ''}` };
}

/** What Python says after the indented lines of a traceback; the log has all. */
function withoutTraceback(text: string): string {
  const lines = text.split('\n');
  const rest = lines.slice(lines.findLastIndex((line) => /^\s/.test(line)) + 1);
  return (rest.length > 0 ? rest : lines).join('\n');
}
