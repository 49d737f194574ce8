import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ServerFrame } from '@plaza/proto/client';
import { bodyKinds, decodeBody } from './commands.js';
import { crackClientFrameJson, jsonFromMessage, serverFrameFromJson } from './json.js';

const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const session = page.split('\n## A session to replay\n')[1]!;
const framesOf = (mark: string) =>
  session
    .split('\n')
    .filter((line) => line.startsWith(`${mark} {`))
    .map((line) => line.slice(2));

const asked = framesOf('>');
const got = framesOf('<');
const malformedOnPurpose = (frame: string) => frame.includes('"shout"');

describe('the session in docs/protocol.md', () => {
  test('is there', () => expect([asked.length, got.length]).toEqual([10, 19]));

  test.each(asked)('a client may send %s', (frame) => {
    const cracked = crackClientFrameJson(frame);
    if (malformedOnPurpose(frame)) return expect(cracked).toBeUndefined();
    expect(decodeBody(cracked!.kind, cracked!.body)).toBeDefined();
  });

  test.each(got)('a server writes %s', (frame) => {
    const parsed = serverFrameFromJson(frame)!;
    expect(JSON.parse(jsonFromMessage(ServerFrame.toJSON(parsed)))).toEqual(JSON.parse(frame));
  });

  test('has no gap between its batches, and positions that fit their times', () => {
    const batches = got.flatMap((frame) => serverFrameFromJson(frame)!.batches);
    const lasts = new Set(batches.map(({ last }) => last));
    for (const { prev } of batches.slice(1)) expect(lasts).toContain(prev);
    for (const { position, timeMs } of batches.flatMap(({ events }) => events)) {
      expect(position).toBe((timeMs - Date.UTC(2020, 0, 1)) * 1024);
    }
  });

  test('the page names every body that a client can send', () => {
    for (const name of Object.keys(bodyKinds)) expect(page).toContain(`\`${name}`);
  });
});
