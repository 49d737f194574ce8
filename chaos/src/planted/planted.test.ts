import { expect, test } from '@jest/globals';
import { Backend } from '../swarm/backend.js';
import { trial } from '../trial.js';
import { bugsOfClients, bugsOfReaders } from './bugs.js';
import { plantedBetween } from './planted.js';

/** A run with a bug in each room but the last. Each has to be caught by its rule, in its room; nothing may be said of the last room. */
test.each([
  ['clients', bugsOfClients],
  ['readers', bugsOfReaders],
])(
  'each bug that is planted before %s is caught by its rule',
  async (_, bugs) => {
    const planted = bugs.map((make) => make());
    const { verdict, records } = await trial({
      seed: 11,
      seconds: 90,
      enough: () => planted.every(({ strikes, enough }) => strikes >= enough),
      rooms: planted.length + 1,
      sockets: 40,
      ratePerSecond: 200,
      hotShare: 0.1,
      between: plantedBetween(planted),
      async meanwhile({ apiUrl, apiKey }, swarm) {
        const backend = new Backend(apiUrl, apiKey);
        for (const [i, { provoke }] of planted.entries()) await provoke?.(backend, swarm.rooms[i]!, swarm.accountsIn(swarm.rooms[i]!));
      },
    });
    const found = planted.map(({ name, rule }, i) => {
      const { room } = records.rooms[i]!;
      const caught = verdict.violations.some((violation) => violation.rule === rule && violation.room === room);
      return `${name}: ${caught ? 'caught' : `not caught by ${rule}`}`;
    });
    expect(found).toEqual(planted.map(({ name }) => `${name}: caught`));
    const clean = records.rooms.at(-1)!.room;
    expect(verdict.violations.filter(({ room }) => room === clean)).toEqual([]);
  },
  240_000,
);
