import type { ErrorEntry } from './entry.ts';

/** Rows that a model writes of documents. */
export const documents = {
  DOCUMENT_UNREADABLE: {
    summary: 'A document cannot be read.',
    remedy:
      'Do what the message says of each file, or take the file out of the folder. temper reads PDF, Word (.docx), Markdown, HTML, EPUB and text.',
    retry: 'no',
  },
  DOCUMENT_WITHOUT_TEXT: {
    summary: 'The documents hold no text that rows can be made of.',
    remedy:
      'Scanned pages are pictures: let a program for text recognition, such as `ocrmypdf`, add the text, and name its file. If sections are left out that should not be, set `leave_out`.',
    retry: 'no',
  },
  NO_ROWS_WRITTEN: {
    summary: 'No row that the writer made of the documents can be used.',
    remedy:
      'Read in the step’s log why each row is refused. A larger writer helps most; `min_support` says how much of an answer must stand in the text. `temper review RUN` writes all rows into a file, in which you can keep some.',
    retry: 'no',
  },
  ROWS_UNREVIEWED: {
    summary: 'Rows have no decision, and `unreviewed: refuse` asks for one of each.',
    remedy:
      'Write the rows into a file with `temper review RUN` and decide about each, there or on the page (`temper open`). Then `temper rerun RUN`: a resumed run does not see the decisions.',
    retry: 'no',
  },
  BAD_REVIEW: {
    summary: 'A line of a review file cannot be read.',
    remedy:
      'Correct the line: one JSON object with `id`, `question`, `answer` and `decision`, which is "keep", "edit", "drop" or null.',
    retry: 'no',
  },
} as const satisfies Record<string, ErrorEntry>;
