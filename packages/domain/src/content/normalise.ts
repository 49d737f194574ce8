/**
 * Text as filters compare it: without case, width, accents' variants and the common look-alikes, and without characters that show nothing. Each character knows
 * where it stood, so that a match can be masked in the original.
 */
export interface Normalised {
  /** One entry a compared character. */
  readonly characters: readonly string[];
  /** The code point of the original (by number) that each comes from. */
  readonly origins: readonly number[];
  /** Whether it was written as a letter: digits and signs count as letters only beside some. */
  readonly letters: readonly boolean[];
  /** Whether it belongs to a word that has borders, as it was written. */
  readonly words: readonly boolean[];
}

/** Zero-width characters, joiners, marks of direction, soft hyphens, variation selectors; and combining marks, once compositions are taken apart. */
const unseen = /^[\p{Cf}\p{Mn}\p{Me}\u115f\u1160\u3164]$/u;

/** Letters of other scripts and digits that are read as Latin letters. Longer tables exist (UTS 39); these are the ones that people use to get round filters. */
const lookAlikes: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'аa вb сc ԁd еe ғf һh іi јj кk ӏl мm оo рp ԛq гr ѕs тt υu ѵv ԝw хx уy',
    'αa βb εe ηn ιi κk νv οo ρp τt υu χx γy ωw',
    'ıi ɑa ɡg łl øo đd ħh ßs',
    '0o 1i 3e 4a 5s 7t @a $s !i |i €e',
  ]
    .join(' ')
    .split(' ')
    .map((pair) => {
      const [from = '', ...to] = [...pair];
      return [from, to.join('')] as const;
    }),
);

export function normalise(text: string): Normalised {
  const characters: string[] = [];
  const origins: number[] = [];
  const letters: boolean[] = [];
  const words: boolean[] = [];
  let origin = 0;
  for (const point of text) {
    for (const part of point < '\u0080' ? point.toLowerCase() : point.normalize('NFKD').toLowerCase().normalize('NFKD')) {
      if (unseen.test(part)) continue;
      characters.push(lookAlikes[part] ?? part);
      origins.push(origin);
      letters.push(letter.test(part));
      words.push(word.test(part) && !unspaced.test(part));
    }
    origin++;
  }
  return { characters, origins, letters, words };
}

const letter = /^\p{L}$/u;
const word = /^[\p{L}\p{N}]$/u;
/** Scripts that are written without spaces: there a term may stand anywhere. */
const unspaced = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u;
