import { settingRanges } from './commands/settings.js';
import { api, json, lobby } from './rooms.arbitrary.js';
import type { Actor, Command, CreatedRoom } from './types.js';

type Row = [what: string, room: () => CreatedRoom, actor: Actor, atLimit: Command, past: Command, code: string, says: string];

const set = (name: string, value: number): Command => json({ changeSettings: { settings: { [name]: value } } });

/** Both ends of every setting that is a number: of enums, of which no value is past the end, the upper one. */
export function commandLimitsOfSettings(): Row[] {
  return Object.entries(settingRanges).flatMap(([name, [least, most]]): Row[] => {
    const isEnum = ['links', 'terms', 'devicePolicy', 'deviceConflict'].includes(name);
    const room = (value: number) => () => ({ ...lobby(), settings: { ...lobby().settings, [name]: value } });
    if (isEnum) return [];
    const upper: Row = [`setting ${name}, most`, room(least), api(), set(name, most), set(name, most + 1), 'bad-request', String(most)];
    return least === 0
      ? [upper]
      : [upper, [`setting ${name}, least`, room(most), api(), set(name, least), set(name, least - 1), 'bad-request', `${least} to`]];
  });
}
