export interface Position {
  /** Both count from 1; columns count UTF-16 units. */
  line: number;
  column: number;
  lineText: string;
}

/** Finds the line and the column of an offset, and the text of that line. */
export function positionAt(text: string, at: number): Position {
  let start = at > 0 ? text.lastIndexOf('\n', at - 1) + 1 : 0;
  const stop = text.indexOf('\n', at);
  const line = text.slice(0, start).split('\n').length;
  // Editors do not count a byte order mark as a column.
  if (start === 0 && at > 0 && text.startsWith('\ufeff')) start = 1;
  return {
    line,
    column: at - start + 1,
    lineText: text.slice(start, stop < 0 ? text.length : stop).replace(/\r$/, ''),
  };
}
