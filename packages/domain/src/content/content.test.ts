import { describe, expect, test } from '@jest/globals';
import { ContentRule } from '@plaza/proto/client';
import fc from 'fast-check';
import { decide } from '../decide.js';
import { act, api, command, contextOf, inShort, json, lobby, onlyEvent, people, session } from '../rooms.arbitrary.js';
import { findLinks } from './links.js';
import { masked } from './mask.js';
import { normalise } from './normalise.js';
import { TermFinder } from './terms.js';

const mask = (terms: string[], text: string): string => masked(text, new TermFinder(terms).find(text));

describe('blocked terms', () => {
  test.each([
    ['a whole word', ['darn'], 'oh darn it', 'oh **** it'],
    ['whatever its case', ['DaRn'], 'DARN', '****'],
    ['whatever its width', ['darn'], 'ｄａｒｎ', '****'],
    ['with accents', ['darn'], 'dárñ', '****'],
    ['with letters of another script', ['darn'], 'd\u0430rn', '****'],
    ['with digits for letters', ['casino'], 'c4s1n0', '******'],
    ['with characters that show nothing', ['darn'], 'd\u200ba\u00adrn', '******'],
    ['not inside another word', ['arn'], 'darned barn', 'darned barn'],
    ['not a number, though its digits look like letters', ['ass'], '455', '455'],
    ['at both ends of a text', ['x'], 'x', '*'],
    ['next to punctuation', ['darn'], '(darn!)', '(****!)'],
    ['two words', ['two words'], 'my two words here', 'my ********* here'],
    ['every one of several', ['a1', 'darn', 'heck'], 'darn heck darn', '**** **** ****'],
    ['that overlap', ['new york', 'york city'], 'new york city', '*************'],
    ['a beginning, with the rest of the word', ['badw*'], 'such badwords and badwolf', 'such ******** and *******'],
    ['a beginning alone', ['badw*'], 'badw', '****'],
    ['not a middle', ['adw*'], 'badwords', 'badwords'],
    ['anywhere in a script without spaces', ['赌博'], '来赌博吧', '来**吧'],
    ['outside the basic plane', ['🎲'], 'a🎲b', 'a*b'],
    ['in Cyrillic', ['спам'], 'это СПАМ!', 'это ****!'],
  ])('match %s', (_, terms, text, expected) => expect(mask(terms, text)).toBe(expected));

  const alphabet = fc.constantFrom('a', 'b', 'c', ' ', 'é', '漢', '.');
  const anyText = fc.array(alphabet, { maxLength: 30 }).map((letters) => letters.join(''));
  const anyTerm = fc.array(fc.constantFrom('a', 'b', 'c', '漢'), { minLength: 1, maxLength: 3 }).map((letters) => letters.join(''));

  test('are what a naive search finds', () => {
    const naive = (terms: string[], text: string): string => {
      const { characters, words } = normalise(text);
      const points = [...text];
      for (const term of terms) {
        const wanted = normalise(term).characters;
        for (let at = 0; at + wanted.length <= characters.length; at++) {
          if (wanted.some((character, i) => characters[at + i] !== character)) continue;
          const before = words[at - 1] === true && words[at];
          const end = at + wanted.length - 1;
          const behind = words[end + 1] === true && words[end];
          if (!before && !behind) points.fill('*', at, end + 1);
        }
      }
      return points.join('');
    };
    fc.assert(
      fc.property(fc.array(anyTerm, { maxLength: 6 }), anyText, (terms, text) => expect(mask(terms, text)).toBe(naive(terms, text))),
    );
  });

  test('masked leave no match, and the length as it was', () => {
    fc.assert(
      fc.property(fc.array(anyTerm, { maxLength: 6 }), anyText, (terms, text) => {
        const once = mask(terms, text);
        expect([...once]).toHaveLength([...text].length);
        expect(mask(terms, once)).toBe(once);
      }),
    );
  });
});

describe('links', () => {
  test.each([
    ['https://x.example/a?b#c', true],
    ['see http://spam.example', true],
    ['ftp://x', true],
    ['www.spam.info', true],
    ['join spam.gg/now', true],
    ['spam．com', true],
    ['mail me', false],
    ['v1.2.3', false],
    ['end.Next sentence', false],
    ['e.g. this', false],
    ['3.14', false],
  ])('%s: %s', (text, expected) => expect(findLinks(text).length > 0).toBe(expected));

  test('are masked whole', () => expect(masked('a http://x.y/z b', findLinks('a http://x.y/z b'))).toBe('a ************ b'));
});

describe('a room with rules', () => {
  const ruled = (settings: Record<string, unknown>, add: string[] = []) => {
    const room = lobby();
    act(room, json({ changeSettings: { settings } }), contextOf(api()));
    if (add.length > 0) act(room, json({ changeTerms: { add } }), contextOf(api()));
    return room;
  };
  const { CONTENT_RULE_MASK: masks, CONTENT_RULE_REFUSE: refuses } = ContentRule;
  const gus = contextOf(session(people.guest));

  test.each([
    ['refuses links', ruled({ links: refuses }), 'see www.x.com', 'no: link-refused'],
    ['refuses terms', ruled({}, ['darn']), 'darn', 'no: blocked-term'],
    ['takes the rest', ruled({ links: refuses }, ['darn']), 'hello', 'message accepted'],
  ])('%s', (_, room, text, outcome) => expect(inShort(decide(room, command.say(text), gus))).toBe(outcome));

  test('masks links and terms in every text that people read, and says so', () => {
    const room = ruled({ links: masks, terms: masks }, ['darn']);
    const asked = json({ sendMessage: { body: { notification: { title: 'darn', text: 'www.x.com darn' } } } });
    const { event } = onlyEvent(decide(room, asked, gus));
    const value = { title: '****', text: '********* ****' };
    expect(event.kind).toMatchObject({ value: { masked: true, body: { content: { value } } } });
  });

  test('leaves the platform’s own content and managers alone', () => {
    const room = ruled({ links: refuses }, ['darn']);
    expect(inShort(decide(room, command.custom('x', 'darn www.x.com'), gus))).toBe('message accepted');
    expect(inShort(decide(room, command.say('darn www.x.com'), contextOf(session(people.administrator))))).toBe('message accepted');
    expect(inShort(decide(room, command.say('darn'), contextOf(api())))).toBe('message accepted');
    expect(inShort(decide(room, command.say('darn'), contextOf(api(undefined, people.guest))))).toBe('no: blocked-term');
  });
});
