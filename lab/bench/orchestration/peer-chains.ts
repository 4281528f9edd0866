/** How one tool runs a chain of empty steps. */
interface Chain {
  name: string;
  program: string;
  versionArgs: string[];
  files: (steps: number) => Record<string, string>;
  /** Commands to run first, not timed. */
  before?: readonly (readonly string[])[];
  command: readonly string[];
  env?: (folder: string) => Record<string, string>;
  /** It prints `seconds N` for a chain in a warm process. */
  printsSeconds?: true;
  measured: string;
}

const numbers = (steps: number) => Array.from({ length: steps }, (_, index) => index + 1);
const command = 'the command, from start to exit';
const warm = 'a second flow in a process that has run one, with the tool’s own server in it';

/** Python tools first run a small flow to warm up: imports and the start of a server do not belong to a step. */
export const chains: readonly Chain[] = [
  {
    name: 'make',
    program: 'make',
    versionArgs: ['--version'],
    files: (steps) => ({
      Makefile: `all: s${steps}\n${numbers(steps)
        .map((n) => `s${n}:${n > 1 ? ` s${n - 1}` : ''}\n\t@true\n`)
        .join('')}`,
    }),
    command: ['make'],
    measured: `${command}; a shell for each step, nothing recorded`,
  },
  {
    name: 'Snakemake',
    program: 'snakemake',
    versionArgs: ['--version'],
    files: (steps) => ({
      Snakefile: `rule all:\n    input: "s${steps}"\n${numbers(steps)
        .map((n) => `rule r${n}:\n${n > 1 ? `    input: "s${n - 1}"\n` : ''}    output: touch("s${n}")\n`)
        .join('')}`,
    }),
    command: ['snakemake', '--cores', '1', '--quiet'],
    measured: command,
  },
  {
    name: 'DVC',
    program: 'dvc',
    versionArgs: ['--version'],
    files: (steps) => ({
      'dvc.yaml': `stages:\n${numbers(steps)
        .map(
          (n) => `  s${n}:\n    cmd: echo ${n} > s${n}\n${n > 1 ? `    deps: [s${n - 1}]\n` : ''}    outs: [s${n}]\n`,
        )
        .join('')}`,
    }),
    before: [['dvc', 'init', '--no-scm', '--quiet']],
    command: ['dvc', 'repro', '--quiet'],
    measured: `${command}; it keeps each step’s output, as temper does`,
  },
  {
    name: 'Prefect',
    program: 'prefect',
    versionArgs: ['--version'],
    files: (steps) => ({
      'chain.py': `import time
from prefect import flow, task
@task
def noop(n):
    return n
@flow
def chain(steps):
    n = 0
    for _ in range(steps):
        n = noop(n)
chain(3)
began = time.monotonic()
chain(${steps})
print("seconds", time.monotonic() - began)
`,
    }),
    command: ['python', 'chain.py'],
    env: (folder) => ({ PREFECT_HOME: folder, PREFECT_LOGGING_LEVEL: 'ERROR' }),
    printsSeconds: true,
    measured: warm,
  },
  {
    name: 'Dagster',
    program: 'dagster',
    versionArgs: ['--version'],
    files: (steps) => ({
      'chain.py': `import time
from dagster import DagsterInstance, In, graph, op
@op
def first():
    return 0
@op(ins={"n": In()})
def noop(n):
    return n
def chain(name, steps):
    @graph(name=name)
    def made():
        n = first()
        for i in range(steps - 1):
            n = noop.alias(f"s{i}")(n)
    return made.to_job()
with DagsterInstance.local_temp() as instance:
    chain("warm", 3).execute_in_process(instance=instance)
    job = chain("chain", ${steps})
    began = time.monotonic()
    job.execute_in_process(instance=instance)
    print("seconds", time.monotonic() - began)
`,
    }),
    command: ['python', 'chain.py'],
    env: (folder) => ({ DAGSTER_HOME: folder }),
    printsSeconds: true,
    measured: 'a second job in a process that has run one, its events kept on disk',
  },
  {
    name: 'Metaflow',
    program: 'metaflow',
    versionArgs: ['status'],
    files: (steps) => ({
      'chain.py': `from metaflow import FlowSpec, step
class Chain(FlowSpec):
    @step
    def start(self):
        self.next(self.s1)
${numbers(steps - 2)
  .map((n) => `    @step\n    def s${n}(self):\n        self.next(self.${n === steps - 2 ? 'end' : `s${n + 1}`})\n`)
  .join('')}    @step
    def end(self):
        pass
if __name__ == "__main__":
    Chain()
`,
    }),
    command: ['python', 'chain.py', '--quiet', 'run'],
    env: () => ({ USERNAME: 'bench', METAFLOW_DEFAULT_DATASTORE: 'local', METAFLOW_DEFAULT_METADATA: 'local' }),
    measured: `${command}; a process for each step`,
  },
];
