import type { ErrorEntry } from './entry.ts';

/** Failures of runs, their processes and this machine. */
export const running = {
  DISK_FULL: {
    summary: 'The disk is full.',
    remedy: 'Free the space that the message names. The step is retried.',
    retry: 'yes',
  },
  FILE_REFUSED: {
    summary: 'The operating system refuses to read or write a file.',
    remedy: 'Give the file to the user that runs temper, or name another folder. The step is retried.',
    retry: 'yes',
  },
  FOLDER_UNSUITABLE: {
    summary: 'The home or the cache lies on a file system that lacks something temper needs.',
    remedy: 'Set TEMPER_HOME or TEMPER_CACHE to a folder on a disk of this machine, such as one below your own folder.',
    retry: 'no',
  },
  BAD_SETTING: {
    summary: 'An environment variable has a value that temper cannot use.',
    remedy:
      'Correct the variable or unset it. Running workers have the value that `npx temper up` had: `npx temper down` and `npx temper up` take over a new one.',
    retry: 'no',
  },
  TOOL_MISSING: {
    summary: 'A program that temper or a step needs is missing.',
    remedy: 'Install it as the message says.',
    retry: 'no',
  },
  SERVICE_FAILED: {
    summary: 'A local service does not start.',
    remedy: 'Read its log, whose path is in the message. `npx temper doctor` checks the machine.',
    retry: 'yes',
  },
  COMMAND_FAILED: {
    summary: 'The command of a run step failed.',
    remedy: 'The message has its last lines, `temper logs` has all of them.',
    retry: 'yes',
  },
  HARNESS_FAILED: {
    summary: 'lm-evaluation-harness did not measure a model.',
    remedy:
      'The message has its own words, the log all of them. Through Ollama only tasks that generate an answer can be asked, those with `output_type: generate_until`.',
    retry: 'no',
  },
  COMMAND_TIMED_OUT: {
    summary: 'The command of a run step took longer than `timeout_minutes`.',
    remedy: 'Raise the limit, or read in `temper logs` what it waits for.',
    retry: 'yes',
  },
  OUTPUT_MISSING: {
    summary: 'The command exited with 0 but did not write an output that the document declares.',
    remedy: 'Correct the command or the path in `outputs`.',
    retry: 'no',
  },
  TIMED_OUT: {
    summary: 'A step worked longer than its `timeout_minutes`.',
    remedy:
      'Raise the limit and start a new run, or `temper resume` this one: the step gets the same number of minutes again and goes on from its last checkpoint.',
    retry: 'no',
  },
  CORRUPT_ARTIFACT: {
    summary: 'An artifact in the store does not match its manifest.',
    remedy:
      'If a step of this run made it, temper runs that step again. Otherwise start a new run of the document that made it.',
    retry: 'no',
  },
  ARTIFACT_GONE: {
    summary: 'The store no longer has the bytes of an artifact.',
    remedy:
      'If a step of this run made it, temper runs that step again. Otherwise start a new run of the document that made it.',
    retry: 'no',
  },
  KILLED: {
    summary: 'The process was killed from outside.',
    remedy: 'It is retried from the last checkpoint. If it happens again, check the memory of the machine.',
    retry: 'yes',
  },
  WORKER_LOST: {
    summary: 'The worker of the step was lost.',
    remedy: 'The step is retried as soon as a worker is up. `temper status` shows the workers.',
    retry: 'yes',
  },
  TERMINATED: {
    summary: 'Somebody terminated the run in Temporal.',
    remedy: 'The run can be resumed from its finished steps and its last checkpoint:',
    retry: 'no',
  },
  REJECTED: {
    summary: 'A person rejected the approval, or nobody answered in time.',
    remedy: 'Resolve the objection and start a new run, or ask again with `temper resume`.',
    retry: 'no',
  },
  PIPELINE_FAILED: {
    summary: 'A pipeline that runs as a step failed.',
    remedy: '`temper show RUN.STEP` shows its steps. `temper resume` of the whole run goes on from its finished steps.',
    retry: 'no',
  },
  EQUAL_STEP_RUNNING: {
    summary: 'Another run is already computing this result.',
    remedy: 'Nothing to do: the step takes that result, or does the work itself if the other run fails.',
    retry: 'yes',
  },
  NOTIFICATION_FAILED: {
    summary: 'A notification could not be sent yet.',
    remedy: 'It is retried. Check the webhook, the network, or the program in `on_failure` or `on_waiting`.',
    retry: 'yes',
  },
  NOTIFICATION_REFUSED: {
    summary: 'A notification cannot be sent: `on_failure` or `on_waiting` is wrong.',
    remedy: 'Correct the address, the secret or the program. The next run uses it.',
    retry: 'no',
  },
  UNKNOWN: {
    summary: 'An unexpected failure.',
    remedy:
      'It is retried. If it happens again, `temper logs` has all that the step printed; `temper doctor` checks the machine.',
    retry: 'yes',
  },
} as const satisfies Record<string, ErrorEntry>;
