import type { ErrorEntry } from './entry.ts';

/** Of runs, their processes and this machine. */
export const running = {
  DISK_FULL: {
    summary: 'The disk is full.',
    remedy: 'Free the space named in the message; the step is retried by itself.',
    retry: 'yes',
  },
  TOOL_MISSING: {
    summary: 'A program that temper needs is not at hand and could not be made.',
    remedy: 'Install it as the message says.',
    retry: 'no',
  },
  SERVICE_FAILED: {
    summary: 'A local service does not start.',
    remedy: 'Read its log, whose place the message names; `npx temper doctor` checks the machine.',
    retry: 'yes',
  },
  COMMAND_FAILED: {
    summary: 'The command of a run step failed.',
    remedy: 'Its last lines are in the message; all of them in `temper logs`.',
    retry: 'yes',
  },
  COMMAND_TIMED_OUT: {
    summary: 'The command of a run step took longer than `timeout_minutes`.',
    remedy: 'Raise the limit, or look in `temper logs` for what it waits for.',
    retry: 'yes',
  },
  OUTPUT_MISSING: {
    summary: 'The command ended well but did not write an output that the document declares.',
    remedy: 'Correct the command or the declared path.',
    retry: 'no',
  },
  TIMED_OUT: {
    summary: 'A step worked longer than its `timeout_minutes`.',
    remedy:
      'Raise the limit and start a new run, or `temper resume` the run: it gives the step as many minutes again, from its last checkpoint.',
    retry: 'no',
  },
  CORRUPT_ARTIFACT: {
    summary: 'An artifact in the store is not what its manifest says.',
    remedy:
      'A step of the same run that made it is run again by itself; where there is none, start a new run from the document that made it.',
    retry: 'no',
  },
  ARTIFACT_GONE: {
    summary: 'The bytes of an artifact are no longer in the store.',
    remedy:
      'A step of the same run that made it is run again by itself; where there is none, start a new run from the document that made it.',
    retry: 'no',
  },
  KILLED: {
    summary: 'The process was killed from outside.',
    remedy: 'It is tried again from the last checkpoint. If it happens again, look at the memory of the machine.',
    retry: 'yes',
  },
  WORKER_LOST: {
    summary: 'The worker that did the step has vanished.',
    remedy: 'The step is done again as soon as a worker is up; `temper status` shows whether one is.',
    retry: 'yes',
  },
  TERMINATED: {
    summary: 'The run was ended from outside, by Temporal’s own means.',
    remedy: 'It can go on from what had succeeded and from its last checkpoint:',
    retry: 'no',
  },
  REJECTED: {
    summary: 'A person has rejected what the run asked for, or nobody answered in time.',
    remedy: 'Mend what speaks against it and start a new run, or have it asked once more with `temper resume`.',
    retry: 'no',
  },
  PIPELINE_FAILED: {
    summary: 'A pipeline that runs as a step has failed.',
    remedy:
      'Look closer with `temper show RUN.STEP`; `temper resume` of the whole run goes on from what had succeeded in it.',
    retry: 'no',
  },
  EQUAL_STEP_WORKS: {
    summary: 'Another run makes the same at this moment.',
    remedy: 'Nothing to do: the step takes what comes out, or does the work itself if the other one fails.',
    retry: 'yes',
  },
  NOTICE_FAILED: {
    summary: 'Nobody could be told of a run that failed or waits, for now.',
    remedy:
      'It is tried again; look at the webhook, the network, or the program that `on_failure` or `on_waiting` names.',
    retry: 'yes',
  },
  NOTICE_REFUSED: {
    summary: 'Nobody could be told of a run that failed or waits: `on_failure` or `on_waiting` cannot work as it is.',
    remedy: 'Correct the address, the secret or the program; the next run uses it.',
    retry: 'no',
  },
  UNKNOWN: {
    summary: 'Something failed that temper has no name for.',
    remedy: 'It is retried; please report it with the output of `temper logs`.',
    retry: 'yes',
  },
} as const satisfies Record<string, ErrorEntry>;
