import type { ErrorCode } from '../../../core/errors/catalogue.ts';

/** Of an error: what happened in general, and what to do unless the failure knows better. */
export interface ErrorWords {
  summary: string;
  remedy: string;
}

/** Errors of documents, data and models. */
export const inputErrors = {
  BAD_OPTIONS: { summary: '某个选项的值无法用于该步骤。', remedy: '在文档中改正该选项，然后启动新的运行。' },
  BAD_DATA: {
    summary: '有数据行无法使用。',
    remedy:
      '改正信息中指出的数据行，或用 `on_bad_row: skip` 与 `max_bad_rows` 略过它们。若某个键不必要地拒绝了数据行，用 `ignore_keys`。',
  },
  NOT_ROWS: { summary: '数据文件是其他类型，或已损坏。', remedy: '按信息中的说明处理，然后指定得到的数据文件。' },
  FILE_NOT_FOUND: {
    summary: '文档中写的文件不存在。',
    remedy: '路径相对于文档所在位置；改正路径，或把文件放到那里。',
  },
  SPECIAL_FILE: { summary: '应为文件的地方是链接、管道或设备。', remedy: '换成普通文件或文件夹。' },
  INPUT_CHANGED: {
    summary: '运行开始之后、使用之前，某个文件、模型或选项发生了变化。',
    remedy: '还原旧的输入后恢复，或启动新的运行：一次运行绝不混用两个版本的输入。',
  },
  ENVIRONMENT_CHANGED: {
    summary: '训练所用的库与生成检查点时的不同。',
    remedy: '用运行开始时的 Python 环境恢复，或用 `temper resume RUN --accept-versions` 接受新版本，或启动新的运行。',
  },
  SECRET_MISSING: { summary: '工作进程不知道文档中提到的密钥。', remedy: '用 `temper secret set NAME` 设置它。' },
  PLAN_VERSION: {
    summary: '该计划由另一版本的 temper 生成，此版本无法运行。',
    remedy: '从文档重新生成计划：`temper run FILE`；定时任务用 `temper schedule apply FILE`。',
  },
  INPUT_MISMATCH: {
    summary: '另一版本 temper 的工作进程以此版本无法读取的形式请求工作。',
    remedy: '让此主目录的所有工作进程使用同一版本：`temper down`，再 `temper up`。然后用 `temper resume RUN` 继续。',
  },
  MODEL_NOT_FOUND: {
    summary: 'Hub 上没有这个模型、数据集或版本。',
    remedy:
      '检查 `base`（`org/model` 或 `org/model@revision`）或 `source`（`hub:org/name@revision`）的拼写。私有的模型或数据集需要令牌：`temper secret set HF_TOKEN`。',
  },
  MODEL_GATED: {
    summary: '只有接受了许可协议的人才能读取这个模型或数据集。',
    remedy: '在其页面上接受许可协议，然后保存令牌：`temper secret set HF_TOKEN`。',
  },
  HUB_UNREACHABLE: {
    summary: 'Hub 没有响应，本地缓存中也没有这个模型或数据集。',
    remedy:
      '该步骤会重试。请检查网络、HTTPS_PROXY、NO_PROXY 与 HF_ENDPOINT。工作进程使用的是 `npx temper up` 时的值；`npx temper down` 与 `npx temper up` 之后采用新值，运行会继续。',
  },
  HUB_FORBIDDEN: {
    summary: '本地缓存中没有这个模型或数据集，而 HF_HUB_OFFLINE 禁止向 Hub 请求。',
    remedy: '取消 HF_HUB_OFFLINE 并重启工作进程（`temper down`、`temper up`），或从有它的机器复制缓存。',
  },
  DATASET_UNCLEAR: {
    summary: '无法确定 Hub 数据集的哪些文件包含数据行，或数据行要由脚本生成。',
    remedy: '按消息所述，用 `files` 指定文件，或换一个 `split` 或版本。',
  },
  UNSAFE_WEIGHTS: {
    summary: '权重是 pickle 格式，加载它可能执行代码。',
    remedy: '使用带有 safetensors 文件的基础模型。',
  },
  BASE_INCOMPLETE: {
    summary: '基础模型缺少文件。',
    remedy: '检查文件夹：需要 config.json、safetensors 权重和分词器，且不得含有适配器。损坏的模型请重新获取。',
  },
  BASE_UNREADABLE: { summary: '无法加载基础模型。', remedy: '请看信息中的原因。该模型可能需要更新版本的 temper。' },
  WRONG_BASE: { summary: '适配器是在另一个基础模型上训练的。', remedy: '把它合并到训练时的基础模型。' },
  QUANTIZED_BASE: {
    summary: '适配器不能合并到量化的基础模型。',
    remedy: '指定 16 位的基础模型。训练时仍可以 4 位加载。',
  },
  UNSUPPORTED_ADAPTER: { summary: '这种适配器既不能合并，也不能提供服务。', remedy: '训练普通的 LoRA 适配器。' },
  NAN_WEIGHTS: {
    summary: '合并后的权重含有 NaN 或无穷值。',
    remedy: '检查训练损失。选择更早的检查点，或以更低的 `learning_rate` 重新训练。',
  },
  UNSUPPORTED_ARCHITECTURE: {
    summary: '没有转换程序支持把这种结构转换为 GGUF。',
    remedy: '换一个基础模型，或把 `engine` 设为另一个转换程序。',
  },
  BASE_NOT_SERVABLE: {
    summary: '以这个基础模型训练的模型无法如训练时那样提供服务：训练前用同类的小模型验证过。',
    remedy: '信息中说明了每个转换程序的结果。请选择其他基础模型、模板或 Ollama。',
  },
  UNKNOWN_PRETOKENIZER: {
    summary: 'Ollama 不知道这个分词器如何切分文本，模型读到的 token 会与训练时不同。',
    remedy: '使用分词器已知的基础模型（Qwen2、Llama 3 等）。',
  },
  GGUF_UNSUPPORTED: {
    summary: '这个 GGUF 文件无法可靠地还原为基础模型。',
    remedy: '指定生成该文件的 16 位模型，或其他模型。',
  },
  GGUF_DIFFERS: {
    summary: '由 GGUF 文件还原的基础模型与该文件在 Ollama 中的表现不同。',
    remedy: '指定生成该文件的 16 位模型。没有进行任何训练。',
  },
  OLLAMA_UNREACHABLE: {
    summary: 'Ollama 没有响应。',
    remedy: '该步骤会重试，直到 Ollama 响应。`temper status` 显示服务器及其日志。',
  },
  ENDPOINT_UNREACHABLE: {
    summary: '被询问的服务器没有回答，或者太忙。',
    remedy: '该步骤会重试，直到服务器回答。请检查文档中的 `url` 和该服务器。',
  },
  ENDPOINT_KEY_REFUSED: {
    summary: '服务器不接受密钥，或者需要密钥。',
    remedy: '在文档的 `url` 旁写 `api_key: ${{ secrets.NAME }}`，并用 `temper secret set NAME` 保存密钥。',
  },
  ENDPOINT_MODEL_UNKNOWN: {
    summary: '服务器没有这个名称的模型。',
    remedy: '改正文档中的 `model`。信息列出了服务器拥有的模型（如果它提供列表）。',
  },
  ENDPOINT_REFUSED: {
    summary: '服务器拒绝了请求。',
    remedy: '请看信息中的回应。可能它不支持 OpenAI 协议、账户余额不足，或提示太长。',
  },
  OLLAMA_FAILED: { summary: 'Ollama 拒绝了请求。', remedy: '请看信息中的回应，以及 `temper status` 指出的日志。' },
  MODEL_NOT_IN_OLLAMA: {
    summary: 'Ollama 中没有这个名称的模型。',
    remedy: '拉取它：`temper run FILE --pull` 在运行前拉取，`ollama pull NAME` 拉取到自己的 Ollama；或改正名称。',
  },
  PROOF_FAILED: {
    summary: 'Ollama 中的模型与训练得到的模型表现不同。',
    remedy: '信息与验证报告列出了两边的结果。没有上线任何模型。',
  },
  CONVERSION_FAILED: {
    summary: '把模型转换为 GGUF 失败。',
    remedy: '信息中有最后几行，`temper logs` 有全部内容。可把 `engine` 设为另一个转换程序。',
  },
  DRIFT_TOO_LARGE: {
    summary: '没有一种量化类型能把模型保持在 `max_drift` 之内。',
    remedy: '在 `type` 中加一个更大的类型，设 `imatrix: true`，或放宽 `max_drift`。信息中有各项数字。',
  },
  DRIFT_NOT_MEASURABLE: {
    summary: 'temper 无法测量量化对这种模型的改变。',
    remedy: '去掉 `measure`、`max_drift` 和 `imatrix`，只写一个 `type`。导入时仍会给出偏移。',
  },
  TRAINING_ROWS_IN_QUESTIONS: {
    summary: '评测中的问题也是训练数据，得分没有意义。',
    remedy: '从两个文件之一中删除所指的问题。',
  },
  NO_REFERENCE: {
    summary: '有问题缺少指标所需的内容（如参考答案），因此没有得分。',
    remedy: '为每个问题补上信息中所指的内容，换一个 `metric`，或设置 `metric: none`。',
  },
} as const satisfies Partial<Record<ErrorCode, ErrorWords>>;
