const manners = ['Calm', 'Bright', 'Gentle', 'Merry', 'Quiet', 'Swift', 'Sunny', 'Kind', 'Bold', 'Clever', 'Amber', 'Velvet'];
const animals = ['Otter', 'Heron', 'Fox', 'Lynx', 'Finch', 'Hare', 'Seal', 'Robin', 'Badger', 'Owl', 'Swan', 'Marten'];

const one = (words: readonly string[], random: () => number): string => words[Math.floor(random() * words.length)]!;

/** What a guest is called until he says otherwise. */
export const guestName = (random: () => number = Math.random): string => `${one(manners, random)} ${one(animals, random)}`;

export const maxNameLength = 32;

/** A name as it is kept; undefined where nothing is left of it. */
export const tidyName = (text: string): string | undefined => text.trim().replace(/\s+/g, ' ').slice(0, maxNameLength) || undefined;
