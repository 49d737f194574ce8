import { describe, expect, test } from '@jest/globals';
import { Event } from '@plaza/proto/client';
import fc from 'fast-check';
import { apply } from './apply.js';
import { decide } from './decide.js';
import { decideDue, nextDueMs } from './due.js';
import { defaultLimits } from './limits.js';
import { refusals } from './refusal.js';
import { act, anyLife, api, command, contextOf, emptyRoom, onlyEvent, session, startMs } from './rooms.arbitrary.js';
import { allSlots, roomFromSlots, slotsOf } from './slots.js';
import type { Agreement, DecidedEvent, Decision, RoomState } from './types.js';

type Life = typeof anyLife extends fc.Arbitrary<infer T> ? T : never;

/** Lives a life; tells each decision to `watch`. Answers the room and everything that happened in it. */
function live(life: Life, watch: (decision: Decision, room: RoomState) => void = () => {}): { room: RoomState; events: DecidedEvent[] } {
  const room = emptyRoom();
  const events: DecidedEvent[] = [];
  let nowMs = startMs;
  events.push(onlyEvent(act(room, command.create('carla', { anonymousAllowed: true }), contextOf(api(), { nowMs }))));
  for (const step of life) {
    nowMs += step.advanceMs;
    const context = contextOf(step.actor, { nowMs });
    const decision = step.due ? actDue(room, nowMs) : act(room, step.command, context);
    watch(decision, room);
    if ('events' in decision) events.push(...decision.events);
  }
  return { room, events };
}

function actDue(room: RoomState, nowMs: number): Agreement {
  const decision = decideDue(room, contextOf({ kind: 'clock' }, { nowMs }));
  if ('refusal' in decision) throw new Error(decision.refusal.why);
  for (const { event } of decision.events) apply(room, event);
  return decision;
}

describe('whatever a room lives through', () => {
  test('its positions grow strictly and stay below 2^53', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const positions = live(life).events.map(({ event }) => event.position);
        for (const [i, position] of positions.entries()) {
          expect(Number.isSafeInteger(position)).toBe(true);
          if (i > 0) expect(position).toBeGreaterThan(positions[i - 1]!);
        }
      }),
    );
  });

  test('every decision is a refusal of the catalogue, or an answer', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        live(life, (decision) => {
          if ('refusal' in decision) expect(refusals).toHaveProperty([decision.refusal.code]);
          else expect(decision.reply.$case).toBeDefined();
        });
      }),
    );
  });

  test('a decision changes nothing before it is applied', () => {
    fc.assert(
      fc.property(anyLife, anyLife, (life, more) => {
        const { room } = live(life);
        const before = JSON.stringify(allSlots(room).map(({ name, value }) => [name, [...value]]));
        const context = contextOf(session('carla'), { nowMs: startMs + 1e9 });
        for (const step of more) decide(room, step.command, { ...context, actor: step.actor });
        decideDue(room, context);
        expect(JSON.stringify(allSlots(room).map(({ name, value }) => [name, [...value]]))).toBe(before);
      }),
    );
  });

  test('its events replayed from nothing, as they are in the log, give the same room', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const { room, events } = live(life);
        const again = emptyRoom();
        for (const { event } of events) apply(again, Event.decode(Event.encode(event).finish()));
        expect(again).toEqual(room);
      }),
    );
  });

  test('an event that comes twice, or late, changes nothing', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const { room, events } = live(life);
        const before = roomFromSlots(room.id, allSlots(room));
        for (const { event } of events) expect(apply(room, event)).toEqual([]);
        expect(room).toEqual(before);
      }),
    );
  });

  test('its slots give the same room', () => {
    fc.assert(
      fc.property(anyLife, fc.nat(), fc.nat(), fc.nat(), (life, lastSequence, bucket, bucketCount) => {
        const room = { ...live(life).room, lastSequence, bucket, bucketCount };
        expect(roomFromSlots(room.id, allSlots(room))).toEqual(room);
      }),
    );
  });

  test('writing only the touched slots, event by event, keeps a projection equal to the room', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const { events } = live(life);
        const room = emptyRoom();
        const projection = new Map<string, Uint8Array>();
        for (const { event } of events) {
          for (const { name, value } of slotsOf(room, apply(room, event))) {
            if (value) projection.set(name, value);
            else projection.delete(name);
          }
        }
        const slots = Array.from(projection, ([name, value]) => ({ name, value }));
        expect(roomFromSlots(room.id, slots)).toEqual(room);
      }),
    );
  });

  test('once everything that is due by its end has happened, nothing of the past is left', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const { room } = live(life);
        const endMs = startMs + 1e10;
        while (actDue(room, endMs).events.length > 0);
        const nextMs = nextDueMs(room, endMs, defaultLimits);
        expect(nextMs === 0 || nextMs > endMs).toBe(true);
      }),
    );
  });
});
