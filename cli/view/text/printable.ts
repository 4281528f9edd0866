import { stripVTControlCharacters } from 'node:util';
import { measurable } from './measurable.ts';

/** What somebody else has written, without what could move the cursor or change a terminal. */
export const printable = (text: string): string =>
  measurable(stripVTControlCharacters(text).replaceAll('\r\n', '\n').replaceAll('\t', '  ')).replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g,
    '·',
  );
