import type { documents } from '../../../core/errors/documents.ts';
import type { ErrorWords } from './inputs.ts';

/** Errors of rows that a model writes of documents. */
export const documentErrors = {
  DOCUMENT_UNREADABLE: {
    summary: '某个文档无法读取。',
    remedy:
      '按信息中对每个文件的说明处理，或把该文件移出文件夹。temper 读取 PDF、Word（.docx）、Markdown、HTML、EPUB 和纯文本。',
  },
  DOCUMENT_WITHOUT_TEXT: {
    summary: '这些文档中没有可用来生成数据行的文字。',
    remedy:
      '扫描页是图片：先用文字识别程序（如 `ocrmypdf`）加上文字，再指定得到的文件。若有章节不该被略去，请设置 `leave_out`。',
  },
  NO_ROWS_WRITTEN: {
    summary: '编写模型根据文档写出的数据行没有一行可用。',
    remedy:
      '步骤日志写明了每行被拒绝的原因。换用更大的编写模型最有效；`min_support` 规定答案中须有多少内容出自原文。`temper review RUN` 把所有行写入文件，可在其中保留一些。',
  },
  ROWS_UNREVIEWED: {
    summary: '有数据行尚未审定，而 `unreviewed: refuse` 要求逐行审定。',
    remedy:
      '用 `temper review RUN` 把数据行写入文件，在文件里或页面上（`temper open`）逐行决定，然后执行 `temper rerun RUN`：用 resume 恢复的运行看不到这些决定。',
  },
  BAD_REVIEW: {
    summary: '审阅文件中有一行无法读取。',
    remedy:
      '改正该行：一个 JSON 对象，含 `id`、`question`、`answer` 和 `decision`；后者为 "keep"、"edit"、"drop" 或 null。',
  },
} as const satisfies Record<keyof typeof documents, ErrorWords>;
