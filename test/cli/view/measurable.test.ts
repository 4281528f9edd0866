// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { measurable } from '../../../cli/view/text/measurable.ts';

/** Letters and unassigned points have a width; those that combine, join, steer or decorate are the risk. */
const isUnusual = /[\p{Cf}\p{Cc}\p{M}\p{S}\p{Z}\p{Cs}]/u;

test('any unusual character of Unicode, alone or before a mark, can be measured', () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    const character = String.fromCodePoint(point);
    if (!isUnusual.test(character)) continue;
    for (const text of [character, `${character}\u0301`]) {
      const shown = measurable(text);
      assert.equal(shown.length, text.length);
      assert.ok(stringWidth(shown) >= 0, point.toString(16));
    }
  }
});

test('joined emoji stay as they are', () => assert.equal(measurable('👩‍👩‍👧 x'), '👩‍👩‍👧 x'));
