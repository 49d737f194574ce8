import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matchesAudience, parseAudience, tagsIn } from './audience.js';

const matches = (expression: string, ...tags: string[]): boolean => matchesAudience(expression, new Set(tags));

describe('a tag expression', () => {
  test.each<[string, string[], boolean]>([
    ['', [], true],
    ['blue', ['blue'], true],
    ['blue', ['red'], false],
    ['blue and vip', ['blue'], false],
    ['blue AND vip', ['blue', 'vip'], true],
    ['blue or vip', ['vip'], true],
    ['a or b and c', ['a'], true],
    ['a or b and c', ['b'], false],
    ['(a or b) and c', ['a'], false],
    ['(a or b) and c', ['a', 'c'], true],
    ['((a))', ['a'], true],
    ['"front row" and vip', ['front row', 'vip'], true],
    ['"and"', ['and'], true],
    ['标签 or x', ['标签'], true],
  ])('%s for %j: %s', (expression, tags, expected) => expect(matches(expression, ...tags)).toBe(expected));

  test.each(['and', 'a and', 'or b', 'a b', '(a', 'a)', '()', '"a', '""b', 'a and and b', ' '])('is none: %s', (expression) => {
    expect(parseAudience(expression)).toMatchObject({ code: 'bad-request' });
    expect(matches(expression, 'a', 'b', 'and', 'or')).toBe(false);
  });

  test('names its tags', () => expect(tagsIn('a and ("b c" or d)')).toEqual(['a', 'b c', 'd']));

  test('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 140 }), fc.array(fc.string()), (text, tags) => void matchesAudience(text, new Set(tags))));
  });

  test('is what its tree says', () => {
    interface Tree {
      readonly text: string;
      readonly means: (tags: ReadonlySet<string>) => boolean;
    }
    const leaf = fc.constantFrom('x', 'y', 'z').map((name): Tree => ({ text: name, means: (tags) => tags.has(name) }));
    const pair = (left: Tree, joint: 'and' | 'or', right: Tree): Tree => ({
      text: `(${left.text} ${joint} ${right.text})`,
      means: (tags) => (joint === 'and' ? left.means(tags) && right.means(tags) : left.means(tags) || right.means(tags)),
    });
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.tuple(tie('tree'), fc.constantFrom('and', 'or'), tie('tree')).map(([l, joint, r]) => pair(l, joint as 'and', r)),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.uniqueArray(fc.constantFrom('x', 'y', 'z')), ({ text, means }, names) => {
        fc.pre(text.length <= 128);
        expect(matchesAudience(text, new Set(names))).toBe(means(new Set(names)));
      }),
    );
  });
});
