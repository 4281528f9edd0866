import type { ErrorCode } from '../../../core/errors/catalogue.ts';
import type { ErrorWords } from './inputs.ts';

/** Errors of trainings, runs and machines. */
export const runningErrors = {
  BAD_JOB: { summary: '训练进程不理解它的任务。', remedy: 'temper 各部分的版本不一致：运行 `npm ci`，然后重试。' },
  BAD_EVENT: {
    summary: '训练进程报告了工作进程不理解的内容。',
    remedy: 'temper 各部分的版本不一致：运行 `npm ci`，重启工作进程，然后对该运行执行 `temper resume`。',
  },
  NO_TRAINING_DATA: {
    summary: '数据集中没有可用于训练的行。',
    remedy: '提高 `max_length`，或检查数据行：回答为空或被截断。',
  },
  NO_EVAL_DATA: {
    summary: '某个选项需要评估用的行，而数据集没有。',
    remedy: '在 prepare 步骤中把 `eval_split` 设为大于 0，或去掉 `early_stop`。',
  },
  NO_TEMPLATE: { summary: '基础模型没有对话模板。', remedy: '把训练的 `template` 设为一个 Jinja 文件。' },
  TEMPLATE_FAILED: { summary: '对话模板无法渲染某一行。', remedy: '改正模板，或信息中指出的那一行。' },
  TEMPLATE_DROPS_CONTENT: {
    summary: '对话模板没有把数据行的内容交给模型，或与提问时的方式不同。',
    remedy: '设置其他 `template`，或修改数据行。`on_template_difference: tell` 会按模板的结果训练。',
  },
  NO_STOP_TOKEN: {
    summary: '模板与分词器都没有结束回答的标记，模型学不会停止。',
    remedy: '设置一个以分词器的结束 token 结束助手发言的 `template`。',
  },
  BAD_TARGET_MODULES: {
    summary: '基础模型中没有 `target_modules` 所列名称的层。',
    remedy: '使用 `all-linear`，或信息中列出的名称。',
  },
  PRECISION_UNAVAILABLE: {
    summary: '设备不支持这个 `precision`。',
    remedy: '使用 `precision: auto`，或信息中列出的值。',
  },
  QUANTIZED_LOAD_UNAVAILABLE: {
    summary: '此设备无法以 4 位或 8 位加载基础模型。',
    remedy: '去掉 `load_in_4bit` 与 `load_in_8bit`，或使用 bitsandbytes 支持的 GPU。',
  },
  OUT_OF_MEMORY: {
    summary: '设备内存不足。',
    remedy: 'temper 会把批次减半后重试。若仍失败，降低 `max_length` 或 `batch_size`，或以 4 位加载基础模型。',
  },
  NAN_LOSS: {
    summary: '损失变为 NaN 或无穷大。',
    remedy:
      '降低 `learning_rate`，设置 `max_grad_norm: 1`，或以 `precision: bf16` 或 `fp32` 训练。若第一步就出现，检查基础模型的权重，以及数据行中的无效字符。',
  },
  STALLED: {
    summary: '训练没有进展，已被终止。',
    remedy: '会从最后的检查点重试。若再次发生，检查设备、驱动，以及存放数据的磁盘。',
  },
  NO_ADAPTER: {
    summary: '`continue_from` 中的适配器未知或缺失。',
    remedy: '指定 temper 在此主目录中生成的模型，或去掉 `continue_from`，从基础模型开始。',
  },
  OTHER_ADAPTER: {
    summary: '`continue_from` 中的适配器不适合这次训练。',
    remedy: '把 `base` 与 `lora` 设为信息中的值，或去掉 `continue_from`，从基础模型开始。',
  },
  NO_CHECKPOINT: { summary: '没有符合 `select` 的检查点。', remedy: '选择 `best`、`last`，或信息中列出的步。' },
  CHECKPOINT_CORRUPT: {
    summary: '检查点与它的清单不符。',
    remedy: '选择其他检查点，或恢复运行：训练会重做缺少的步。',
  },
  LOCK_HELD: {
    summary: '另一个进程在此文件夹中训练，无法让它停止。',
    remedy: '该步骤会重试。若再次失败，停止信息中指出的进程；若它卡在设备驱动中，请重启机器。',
  },
  FENCED: { summary: '更新的一次尝试已接管此步骤。', remedy: '无需处理：更新的尝试会继续。' },
  DISK_FULL: { summary: '磁盘已满。', remedy: '腾出信息中指出的空间，该步骤会重试。' },
  FILE_REFUSED: {
    summary: '操作系统拒绝读写某个文件。',
    remedy: '把文件交给运行 temper 的用户，或指定其他文件夹。该步骤会重试。',
  },
  FOLDER_UNSUITABLE: {
    summary: '主目录或缓存所在的文件系统缺少 temper 需要的功能。',
    remedy: '把 TEMPER_HOME 或 TEMPER_CACHE 设为本机磁盘上的文件夹，例如您自己文件夹之下。',
  },
  BAD_SETTING: {
    summary: '某个环境变量的值 temper 无法使用。',
    remedy:
      '改正或取消该变量。运行中的工作进程使用的是 `npx temper up` 时的值；`npx temper down` 与 `npx temper up` 之后采用新值。',
  },
  TOOL_MISSING: { summary: '缺少 temper 或某个步骤需要的程序。', remedy: '按信息中的说明安装。' },
  SERVICE_FAILED: {
    summary: '本地服务无法启动。',
    remedy: '请看它的日志，路径在信息中。`npx temper doctor` 可检查机器。',
  },
  COMMAND_FAILED: {
    summary: 'run 步骤的命令失败。',
    remedy: '信息中有最后几行，`temper logs` 有全部内容。',
  },
  HARNESS_FAILED: {
    summary: 'lm-evaluation-harness 没能评测一个模型。',
    remedy:
      '信息中有它自己的说明，日志有全部内容。通过 Ollama 只能用生成回答的任务，即 `output_type: generate_until` 的任务。',
  },
  COMMAND_TIMED_OUT: {
    summary: 'run 步骤的命令超过了 `timeout_minutes`。',
    remedy: '提高上限，或在 `temper logs` 中查看它在等什么。',
  },
  OUTPUT_MISSING: {
    summary: '命令以 0 结束，但没有写出文档声明的输出。',
    remedy: '改正命令，或 `outputs` 中的路径。',
  },
  TIMED_OUT: {
    summary: '步骤超过了它的 `timeout_minutes`。',
    remedy:
      '提高上限并启动新的运行，或对此运行执行 `temper resume`：该步骤会再得到同样的分钟数，并从最后的检查点继续。',
  },
  CORRUPT_ARTIFACT: {
    summary: '存储中的产物与它的清单不符。',
    remedy: '若由此运行的步骤生成，temper 会再次执行该步骤；否则请对生成它的文档启动新的运行。',
  },
  ARTIFACT_GONE: {
    summary: '存储中已没有某个产物的内容。',
    remedy: '若由此运行的步骤生成，temper 会再次执行该步骤；否则请对生成它的文档启动新的运行。',
  },
  KILLED: { summary: '进程被外部终止。', remedy: '会从最后的检查点重试。若再次发生，检查机器的内存。' },
  WORKER_LOST: {
    summary: '步骤的工作进程丢失。',
    remedy: '一旦有工作进程，该步骤就会重试。`temper status` 显示工作进程。',
  },
  TERMINATED: {
    summary: '有人在 Temporal 中终止了此运行。',
    remedy: '可以从已完成的步骤和最后的检查点恢复此运行：',
  },
  REJECTED: {
    summary: '有人拒绝了审批，或没有人及时答复。',
    remedy: '解决问题后启动新的运行，或用 `temper resume` 再次询问。',
  },
  PIPELINE_FAILED: {
    summary: '作为步骤运行的流水线失败。',
    remedy: '`temper show RUN.STEP` 显示它的步骤。对整个运行执行 `temper resume` 会从已完成的步骤继续。',
  },
  EQUAL_STEP_RUNNING: {
    summary: '另一次运行已在计算这个结果。',
    remedy: '无需处理：该步骤会采用那个结果；若另一次运行失败，则自己完成。',
  },
  NOTIFICATION_FAILED: {
    summary: '通知暂时无法发送。',
    remedy: '会重试。请检查 webhook、网络，或 `on_failure`、`on_waiting` 中的程序。',
  },
  NOTIFICATION_REFUSED: {
    summary: '通知无法发送：`on_failure` 或 `on_waiting` 有误。',
    remedy: '改正地址、密钥或程序，下次运行会使用。',
  },
  UNKNOWN: {
    summary: '意外的失败。',
    remedy: '会重试。若再次发生，`temper logs` 有该步骤输出的全部内容；`temper doctor` 可检查机器。',
  },
  MACHINE_LIMIT: {
    summary: '机器不再提供资源：打开的文件、进程或内存。',
    remedy:
      '结束其他程序，或提高信息中指出的上限（打开的文件用 `ulimit -n`，进程用 `ulimit -u`；容器则提高其内存）。该步骤会重试。',
  },
  DISK_FAILED: {
    summary: '磁盘或网络驱动器返回了错误。',
    remedy: '检查驱动器（`dmesg` 显示它的错误）及其连接。该步骤会重试。',
  },
  NETWORK_FAILED: { summary: '网络上的服务器没有响应。', remedy: '检查网络、信息中的地址和代理变量。该步骤会重试。' },
  CERTIFICATE_REFUSED: {
    summary: '服务器的证书不受信任。',
    remedy:
      '检查机器的时钟。若在公司代理之后，用 NODE_EXTRA_CA_CERTS 与 SSL_CERT_FILE 指定其证书，然后用 `temper down` 与 `temper up` 重启。',
  },
  PORT_TAKEN: {
    summary: '另一个程序占用了 temper 需要的端口。',
    remedy: '结束该程序，或用 TEMPER_PORT_BASE 给 temper 其他端口。',
  },
  ENVIRONMENT_BROKEN: {
    summary: 'Python 环境中缺少某个库，或与此机器不符。',
    remedy: '删除信息或 `temper doctor` 指出的环境文件夹，然后运行 `temper up`：它会重新安装。',
  },
  DEVICE_FAILED: {
    summary: '设备或其驱动返回了错误。',
    remedy: '用 `nvidia-smi` 检查。驱动比训练库旧，或设备已从总线脱落时，需要更新驱动或重启机器。该步骤会重试。',
  },
} as const satisfies Partial<Record<ErrorCode, ErrorWords>>;
