import type { ErrorEntry } from './entry.ts';

/** Failures of the machine, its network and its programs: nothing of temper's own is wrong. */
export const machine = {
  MACHINE_LIMIT: {
    summary: 'The machine gives no more: open files, processes or main memory.',
    remedy:
      'End other programs, or raise the limit that the message names (`ulimit -n` for open files, `ulimit -u` for processes; for a container its memory). The step is retried.',
    retry: 'yes',
  },
  DISK_FAILED: {
    summary: 'The disk or the network drive answered with an error.',
    remedy: 'Check the drive (`dmesg` shows its errors) and its connection. The step is retried.',
    retry: 'yes',
  },
  NETWORK_FAILED: {
    summary: 'A server on the network does not answer.',
    remedy: 'Check the network, the address in the message, and the proxy variables. The step is retried.',
    retry: 'yes',
  },
  CERTIFICATE_REFUSED: {
    summary: 'The certificate of a server is not trusted.',
    remedy:
      "Check the clock of the machine. Behind a company's proxy, name its certificate in NODE_EXTRA_CA_CERTS and SSL_CERT_FILE, then restart with `temper down` and `temper up`.",
    retry: 'no',
  },
  PORT_TAKEN: {
    summary: 'Another program uses a port that temper needs.',
    remedy: 'End that program, or give temper other ports with TEMPER_PORT_BASE.',
    retry: 'no',
  },
  ENVIRONMENT_BROKEN: {
    summary: 'A library of the Python environment is missing or does not fit this machine.',
    remedy:
      'Remove the folder of the environment, which the message or `temper doctor` names, and run `temper up`: it is set up again.',
    retry: 'no',
  },
  DEVICE_FAILED: {
    summary: 'The device or its driver answered with an error.',
    remedy:
      'Check it with `nvidia-smi`. A driver that is older than the training libraries, or a device that has fallen off the bus, needs an update or a restart of the machine. The step is retried.',
    retry: 'yes',
  },
  CONVERSION_FAILED: {
    summary: 'The conversion of the model to GGUF failed.',
    remedy: 'The message has its last lines, `temper logs` has all of them. Set `engine` to the other converter.',
    retry: 'no',
  },
} as const satisfies Record<string, ErrorEntry>;
