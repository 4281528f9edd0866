import { appWordsInChinese } from './app/zh.ts';
import { driftInChinese } from './drift-zh.ts';
import type { Words } from './en.ts';
import { formatIn } from './format.ts';
import { harnessInChinese } from './harness-zh.ts';
import { judgeInChinese } from './judge-zh.ts';
import { reviewZh } from './review-zh.ts';
import { rowsInChinese } from './rows-zh.ts';
import { worthIn } from './worth-zh.ts';
import { failureInChinese } from './zh-errors/zh-errors.ts';
import { noteInChinese } from './zh-said/notes.ts';
import { phaseInChinese } from './zh-said/phases.ts';
import { reasonInChinese } from './zh-said/reasons.ts';
import { waitInChinese } from './zh-said/waits.ts';

const format = formatIn('zh-CN', ['小时', '分', '秒']);
const { number, score, signed } = format;
const servedAs = (served: string | undefined) => (served === undefined ? '' : `现以 ${served} 提供服务。`);
const listed = (names: readonly string[]) => names.join('、');

export const zh: Words = {
  lang: 'zh-CN',
  format,
  title: (run) => `temper：${run}`,
  madeBy: (version, at) => `由 temper ${version} 于 ${format.moment(at)} 生成，查看时无需联网。`,
  statuses: {
    running: '运行中',
    paused: '已暂停',
    succeeded: '成功',
    failed: '失败',
    cancelled: '已取消',
    terminated: '已终止',
  },
  states: {
    waiting: '等待',
    running: '运行中',
    succeeded: '成功',
    reused: '复用',
    skipped: '跳过',
    failed: '失败',
    blocked: '受阻',
    cancelled: '已取消',
  },
  facts: { run: '运行', started: '开始', took: '用时', takes: '已运行', schedule: '定时任务', rerunOf: '重跑自' },
  headlines: {
    better: (served) => `微调后的模型更好。${servedAs(served)}`,
    not_better: (served) => `微调后的模型没有更好。${servedAs(served)}`,
    undecided: (served) => `微调后的模型得分更高，但题目太少，还不能下结论。${servedAs(served)}`,
    forgot: (served) => `微调后的模型得分更高，但遗忘了太多原有能力。${servedAs(served)}`,
    answered: (served) => `各模型均已作答，没有用指标比较。${servedAs(served)}`,
    no_exam: (served) => `运行成功，但没有对模型进行评测。${servedAs(served)}`,
    failed: (steps) => (steps.length === 0 ? '运行未能开始。' : `运行在 ${listed(steps)} 步骤失败。`),
    waits: (steps) => `运行正在等您处理：${listed(steps)}。`,
    running: (steps) => (steps.length === 0 ? '运行正在进行。' : `正在执行：${listed(steps)}。`),
    paused: () => '运行已暂停。',
    cancelled: () => '运行已取消。',
    terminated: () => '运行已被终止。',
  },
  worth: worthIn(format),
  rowFacts: rowsInChinese(format),
  remedy: '处理办法',
  scores: ({ metric, baseline, score: after, gain }) =>
    `${metric}：${baseline === undefined ? '–' : score(baseline)} → ${after === undefined ? '–' : score(after)}${
      baseline === undefined || after === undefined
        ? ''
        : `（${signed(after - baseline)}${gain ? `，95% 区间 ${signed(gain[0])} 至 ${signed(gain[1])}` : ''}）`
    }`,
  sections: {
    answers: '微调前后的回答',
    training: '训练',
    data: '数据',
    quantization: '量化',
    steps: '步骤与尝试',
    lineage: '来源',
    cost: '开销',
    configuration: '配置',
    again: '再次运行',
    failures: '失败原因',
  },
  drift: driftInChinese(format),
  exam: {
    sides: { before: '微调前', production: '线上模型', after: '微调后' },
    question: '问题',
    reference: '参考答案',
    style: {
      title: '回答的写法',
      characters: '字符数中位数',
      tokens: 'token 数中位数',
      distinct: '不同的相邻词对',
      format: '版式与参考答案相同',
      script: '文字与参考答案相同',
      loops: '陷入重复',
      means:
        '除长度外均为占比（0 到 1）。“不同的相邻词对”在所有词对中的占比越低，回答之间越雷同；文本越多，它也会越低。',
    },
    roles: { system: '系统', user: '用户', assistant: '助手' },
    thoughts: '思考内容',
    pattern: '须包含',
    metric: '指标',
    isScore: '即得分',
    model: '模型',
    digest: '摘要',
    score: '得分',
    seconds: '每个回答的秒数',
    tokens: 'token 数',
    tokenCounts: (read, written) => `读入 ${number(read)}，生成 ${number(written)}`,
    by: (system, nearest, parts) =>
      [
        ...(system === undefined ? [] : [`系统提示：${system}`]),
        ...(nearest === undefined
          ? []
          : parts === undefined
            ? [`每个问题前附上最相近的 ${number(nearest)} 行`]
            : [`每个问题前附上文档中最相近的 ${number(nearest)} 段（共 ${number(parts)} 段）`]),
      ].join('；'),
    open: (from, to) => `${score(from)} 至 ${score(to)}，取决于不完整的回答如何继续`,
    counts: (better, equal, worse) => `${number(better)} 个更好，${number(equal)} 个持平，${number(worse)} 个更差。`,
    interval: (from, to) => `95% 区间：${score(from)} 至 ${score(to)}`,
    within: (spread) => `同一问题的回答之间：±${score(spread)}`,
    samples: (count) => `另外 ${number(count)} 个回答`,
    judged: (judged, all) => `得分是 ${number(all)} 个问题中得分已知的 ${number(judged)} 个的平均值。`,
    changes: { better: '更好', equal: '持平', worse: '更差' },
    marks: '标出的是只在其中一个回答里出现的词。',
    empty: '空回答',
    ends: {
      length: (maxTokens) => `在 ${number(maxTokens)} 个 token 处截断`,
      context: () => '因上下文用尽而截断',
      thinking: () => '仍在思考',
      prompt: () => '没有收到完整的提示',
      too_long: () => '提示超出了它的上下文',
      unread: () => 'Ollama 无法解析',
      loop: () => '不断重复，已终止',
    },
    more: (count) => `其余 ${number(count)} 个问题`,
    gone: (step) => `${step} 的评测报告已不在存储中。`,
    notes: '注意事项',
    judge: judgeInChinese(format),
    harness: harnessInChinese(format),
  },
  training: {
    step: '步',
    progress: (reached, max, checkpoints, left) =>
      `第 ${number(reached)} 步，共 ${number(max)} 步，${number(checkpoints)} 个检查点${
        left === undefined ? '' : `，大约还需 ${format.duration(left)}`
      }。`,
    loss: '损失',
    trainLoss: '训练',
    evalLoss: '评估',
    logarithmic: '对数坐标',
    learningRate: '学习率',
    tokensPerSecond: '每秒 token 数',
    memory: '内存',
    checkpoint: '检查点',
    interruption: '中断',
    again: '重新训练的部分',
    interrupted: (reached, from) =>
      from >= reached
        ? `在第 ${number(reached)} 步中断并从该处继续，没有重复训练。`
        : from === 0
          ? `在第 ${number(reached)} 步之后、首个检查点之前中断，重新训练了 ${number(reached)} 步。`
          : `在第 ${number(reached)} 步之后中断，从检查点 ${number(from)} 继续，重新训练了 ${number(reached - from)} 步。`,
    bitEqual: '批次划分与依赖库均未改变：在 CPU 上，结果与未中断的训练逐位相同。',
    notBitEqual: '结果与未中断的训练并非逐位相同。',
    unmeasured: (steps) => `有 ${number(steps)} 步的损失不是数值。`,
    tracked: (tracker) => `${tracker} 中也有这条曲线：`,
    untracked: (tracker, why) => `${tracker} 中没有这条曲线，或缺少末段：${why}`,
    reused: (run) => `由 ${run} 训练，本次运行复用了结果。`,
    noCurve: '没有曲线：训练尚未产生任何数值。',
    values: '数值',
    chart: (name, first, last) => `${name}：从 ${first} 到 ${last}`,
  },
  data: {
    rows: '行数',
    train: '用于训练',
    eval: '留作评估',
    tokens: 'token 数',
    median: '长度中位数',
    most: '95% 的行不超过',
    characters: (count) => `${number(count)} 个字符`,
    duplicates: '去除的重复行',
    bad: '去除的坏行',
    repeated: '与前面相同的回答',
    source: '文件',
    shortest: (count) => `最短的 ${number(count)} 行`,
    longest: (count) => `最长的 ${number(count)} 行`,
    length: '字符数',
    row: '内容',
    place: '行号',
    gone: '这些数据行已不在存储中。',
    parts: { train: '训练', eval: '评估' },
  },
  ...appWordsInChinese,
  review: reviewZh,
  said: {
    reason: reasonInChinese,
    wait: (wait, now) => waitInChinese(wait, now, format.duration),
    phase: phaseInChinese,
    note: noteInChinese,
    failure: failureInChinese,
  },
  steps: {
    graph: '步骤的先后顺序',
    share: (percent, what) => `${percent}% ${what}`,
    variants: (ended, all) => `${number(ended)} / ${number(all)} 个变体`,
    why: '原因',
    after: (needs) => `在 ${listed(needs)} 之后`,
    log: '日志',
    attempt: (count) => `第 ${number(count)} 次尝试`,
    how: {
      running: '进行中',
      succeeded: '成功',
      reused: '复用',
      lost: '随工作进程丢失',
      stopped: '按要求停止',
      failed: '失败',
    },
    from: (step) => `从检查点 ${number(step)} 继续`,
    saved: (step) => `保存到第 ${number(step)} 步`,
    lost: (steps) => `重新训练 ${number(steps)} 步`,
    reusedFrom: (run) => `来自 ${run}`,
    asks: '等您处理',
    blocked: '因前面的失败而受阻',
    skipped: '它依赖的步骤被跳过了',
  },
  lineage: {
    intro: '每个产物及其来源，一直到数据行。',
    none: '本次运行没有在 Ollama 中生成模型。',
    states: { dropped: '内容已删除，需要时可重新生成', gone: '已不在存储中' },
    importedAs: (name) => `在 Ollama 中名为 ${name}`,
  },
  cost: {
    wall: '从开始到结束',
    device: '占用设备',
    wasted: '其中失败或丢失的尝试',
    attempts: '尝试次数',
    tokens: '训练的 token 数',
    again: '重新训练的优化步',
    memory: '训练进程的内存峰值',
    artifacts: '本次运行的产物',
  },
  configuration: {
    document: '文档',
    options: '全部选项（已填入默认值）',
    inputs: '输入',
    pins: '运行开始时的文件与模型',
    gone: '本次运行的计划已不在磁盘上。',
  },
  again: { stored: '在本次运行所在的主目录中：', document: '从文档开始，使用相同的文件：' },
};
