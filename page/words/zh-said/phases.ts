import type { Phase } from '../../../core/reasons.ts';
import { gigabytes } from '../../../core/words/gigabytes.ts';
import { equalInChinese } from './waits.ts';

/** What a step does just now. */
export function phaseInChinese({ code, facts }: Phase): string {
  switch (code) {
    case 'equal_step':
      return equalInChinese(facts);
    case 'device_lock':
      return `等待设备：${facts.holder ?? '另一个训练'}正在使用`;
    case 'other_move':
      return `等待 ${facts.name} 的另一次切换`;
    case 'starting':
      return '正在启动';
    case 'publishing':
      return '正在写入存储';
    case 'training':
      return '正在训练';
    case 'merging':
      return '正在合并权重';
    case 'scoring':
      return '正在评分';
    case 'training_beside_gpus':
      return `正在 CPU 上训练，而 nvidia-smi 列出了 ${facts.gpus.join('、')}`;
    case 'pinning':
      return '正在固定文件与模型的版本';
    case 'making_shell':
      return `正在验证 ${facts.base} 这类模型能否提供服务`;
    case 'reading_rows':
      return '正在读取数据行';
    case 'reading_document':
      return `正在读取 ${facts.name}${facts.page > 0 ? `，第 ${facts.page} 页` : ''}`;
    case 'writing_rows':
      return `${facts.model} 正在写行：已读 ${facts.done}/${facts.total} 段`;
    case 'downloading':
      return `正在下载 ${facts.name}（${gigabytes(facts.bytes)} / ${gigabytes(facts.total)} GB）`;
    case 'loading_base':
      return '正在加载基础模型';
    case 'dequantizing':
      return `正在生成 ${facts.base} 的 16 位权重${facts.percent === undefined ? '' : `（${facts.percent}%）`}`;
    case 'tokenized':
      return `已对 ${facts.rows} 行分词`;
    case 'resumed':
      return `已从第 ${facts.step} 步继续`;
    case 'selecting':
      return '正在选择检查点';
    case 'normalising':
      return '正在按导入程序的要求写出模型';
    case 'converting':
      return `正在用 llama.cpp 转换为 ${facts.type}`;
    case 'weighing':
      return '正在训练数据上测量哪些权重更重要';
    case 'measuring_drift':
      return `正在测量 ${facts.types} 种量化类型的偏移`;
    case 'quantizing':
      return `正在用 llama.cpp 量化为 ${facts.type}`;
    case 'uploading':
      return `正在向 Ollama 上传 ${facts.file}`;
    case 'ollama':
      return facts.status;
    case 'setting_up':
    case 'output':
      return facts.line;
    case 'verifying':
      return `正在校验 ${facts.kind}`;
    case 'asking_trained_model':
      return '正在向训练好的模型提问';
    case 'proving':
      return `正在验证${{ architecture: '模型结构', prompt: '提示', tokens: ' token' }[facts.what]}`;
    case 'answering':
      return `${facts.model}：第 ${facts.done} 个回答，共 ${facts.total} 个`;
    case 'naming':
      return `正在命名为 ${facts.name}`;
    case 'asking':
      return `${facts.side}：第 ${facts.done} 个问题，共 ${facts.total} 个`;
    case 'trying_harness':
      return `正在试运行 lm_eval 的 ${facts.tasks} 个任务`;
    case 'benchmarking':
      return `lm_eval 正在用 ${facts.tasks} 个任务评测${facts.side}`;
    case 'judging':
      return `评判：第 ${facts.done} 个判定，共 ${facts.total} 个`;
    case 'running':
      return `正在运行 ${facts.program}`;
    case 'keeping':
      return `正在把 ${facts.name} 保留为 ${facts.as}`;
    case 'moving':
      return `正在切换 ${facts.name}`;
  }
}
