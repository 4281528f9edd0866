/** A heading without its number, its spaces and its case, by which headings are compared. */
export function bareHeading(heading: string): string {
  const text = heading
    .replace(/^\s*第\s*[一二三四五六七八九十百零〇两\d]+\s*[章节篇部编]/, '')
    .replace(/^\s*(?:chapter|part|appendix|section)\s+[\divxlc]+\b[.:]?/i, '')
    .replace(/^\s*(?:\d+(?:[.．]\d+)*[.．、]?|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)])/, '');
  return text.replace(/[\s:：.]+/g, '').toLowerCase();
}

/** Sections of a thesis that teach nothing: who is thanked, and what was read. */
export const usuallyLeftOut: readonly string[] = [
  '目录',
  '参考文献',
  '致谢',
  '作者简介',
  '原创性声明',
  '独创性声明',
  '攻读学位期间发表的论文',
  'Contents',
  'Table of contents',
  'References',
  'Bibliography',
  'Acknowledgements',
  'Acknowledgments',
  'List of figures',
  'List of tables',
];

/** How people read where a row comes from: `第二章 方法 › 2.1 滤波`. */
export const headingPath = (headings: readonly string[]): string => headings.join(' › ');
