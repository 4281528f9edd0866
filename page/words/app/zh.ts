import { formatIn } from '../format.ts';
import type { AppWords } from './en.ts';

const format = formatIn('zh-CN', ['小时', '分', '秒']);
const { number, score } = format;
const listed = (names: readonly string[]) => names.join('、');
const among = (names: readonly string[]) => (names.length === 0 ? '' : `（${listed(names)}）`);

export const appWordsInChinese: AppWords = {
  app: {
    missing: '没有这个页面',
    missingWhy: '运行或日志可能已被删除；对比只在页面服务期间保留。',
    title: 'temper',
    runs: '运行',
    all: '全部运行',
    none: '还没有运行。',
    start: '启动一次运行：',
    other: 'English',
    down: 'Temporal 没有响应，无法得知进行中的运行。请用 `npx temper up` 启动本地服务。',
    report: '报告',
    asks: '等您处理',
    steer: '控制此运行',
    lost: '页面与服务器断开。请重新运行 `npx temper open`。',
    untold: (run) => `没有进程能说明 ${run} 的状态。`,
    refused: '没有做任何更改',
    back: '返回该运行',
    comment: '备注（记录在运行中）',
    confirm: '确认',
    silence: (left, word) => `若 ${format.duration(left)} 内无人处理，则视为：${word}。`,
    command: '在终端里也可以执行：',
    log: (step) => `${step} 的日志`,
    words: {
      approve: {
        label: '批准',
        does: (step, next) => `批准 ${step}，运行继续${next.length === 0 ? '' : `，接下来是 ${listed(next)}`}。`,
      },
      reject: {
        label: '拒绝',
        does: (step, next) => `${step} 失败，依赖它的步骤受阻${among(next)}，它们不会提供任何模型服务。`,
      },
      retry: { label: '重试', does: (step) => `再次执行 ${step}；训练从最后的检查点继续。` },
      skip: { label: '跳过', does: (step, next) => `跳过 ${step} 以及依赖它的步骤${among(next)}。` },
      pause: {
        label: '暂停',
        does: () => '训练保存检查点并释放设备；其他正在执行的步骤会完成；恢复之前不会开始新的步骤。',
      },
      resume: { label: '恢复', does: () => '运行继续；训练从最后的检查点继续。' },
      continue: {
        label: '恢复',
        does: () => '运行以原来的编号继续，使用保存的计划和已固定的输入。已完成的步骤保留，训练从最后的检查点继续。',
      },
      cancel: { label: '取消', does: () => '运行结束。训练会先保存检查点，之后仍可恢复。' },
    },
  },
  served: {
    title: '在用模型',
    none: '还没有提供服务的名称。流水线中的 `promote` 步骤会创建一个。',
    down: 'Ollama 没有响应，这里显示的是 temper 最后提供的模型。请用 `npx temper up` 启动本地服务。',
    nothing: '没有模型',
    since: (at) => `自 ${at}`,
    byRollback: '（由回滚）',
    states: {
      elsewhere: (expected) => `在 temper 之外被更改；temper 最后提供的是 ${expected}。`,
      missing: (expected) => `Ollama 中已没有这个名称；temper 最后提供的是 ${expected}。`,
      unfinished: () => '一次上线或回滚中断了；下一次操作或工作进程下次启动时会完成它。',
    },
    score: (metric, value, before, production) =>
      [
        `${metric} ${score(value)}`,
        ...(before === undefined ? [] : [`微调前 ${score(before)}`]),
        ...(production === undefined ? [] : [`线上模型 ${score(production)}`]),
      ].join('，'),
    promotedBy: '上线自',
    trainedOn: (data, rows) => `，训练数据 ${data}${rows === undefined ? '' : `（${number(rows)} 行）`}`,
    kept: '保留的模型，最近的在前',
    elsewhere: '在 temper 之外设置',
    served: (from, until) => `${from} 起提供服务${until === '' ? '' : `，至 ${until}`}`,
    takenBack: (at) => `${at} 被回滚`,
    serve: '重新使用',
    does: (name, digest, now) =>
      `${name} 切换到 ${digest}。${now === undefined ? '' : `现在使用的 ${now} 会保留，所以可以撤销。`}此后向 ${name} 提问得到的是另一个模型的回答。`,
  },
  compare: {
    title: '对比',
    models: 'Ollama 中的模型，或一次运行（其基础、微调与线上模型），以空格分隔',
    question: '问题',
    blind: '在我选择之前隐藏模型名称',
    ask: '提问',
    exam: '使用评测中的问题',
    choose: '哪个回答更好？',
    none: '都不更好',
    chosen: '已选',
    tokens: (count) => `${number(count)} 个 token`,
    tally: (wins, ties) =>
      `盲选累计：${wins.map(([name, count]) => `${name} ${count}`).join('，')}，都不更好 ${ties}。`,
    states: { loading: '加载中…', thinking: '思考中…' },
    rows: {
      add: '加入数据行',
      does: '问题与这个回答将成为下面文件中的一行，下次运行会学习它。如有需要，请先修改回答。',
      file: '文件',
      answer: '要学习的回答',
      added: (file, line) => `已加入 ${file} 第 ${number(line)} 行，下次运行会学习它。`,
      ofExam: '这是评测中的问题，因此不会加入数据行：学过的问题不能再用来评判。',
    },
  },
};
