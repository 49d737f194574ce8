import { Event } from '@plaza/proto/client';
import type { LoggedEvent } from '@plaza/proto/log';
import { Control } from '@plaza/proto/room';

const order = (part: Partial<Control>): Control => ({ removals: [], members: [], restrictions: [], kicked: [], ...part });
/** Most events ask for nothing, and share this. */
const nothing = order({});
const noBytes = new Uint8Array(0);

/** What edges have to obey when they see this event. */
export function controlOf({ kind, targets, timeMs }: Event): Control {
  const remove = (code: string, why: string): Control =>
    order({ removals: targets.map((account) => ({ account, code, why, deviceId: '' })) });
  switch (kind?.$case) {
    case 'kicked':
      return remove('kicked', kind.value.reason);
    case 'blocked':
      return remove('blocked', kind.value.reason);
    case 'roomClosed':
      return order({ removals: [{ account: '', code: 'room-closed', why: kind.value.reason, deviceId: '' }] });
    case 'deviceBlocked':
      return kind.value.untilMs === 0
        ? nothing
        : order({ removals: [{ account: '', code: 'device-blocked', why: '', deviceId: kind.value.deviceId }] });
    case 'memberUpdated': {
      const { nickname, avatar, ext, tags } = kind.value.changes ?? {};
      const { deviceId } = kind.value;
      return order({ members: targets.map((account) => ({ account, deviceId, nickname, avatar, ext, tags })) });
    }
    case 'accountRestricted': {
      const { muted, disabled, reason, kicked } = kind.value;
      const restrictions = targets.map((account) => ({ account, muted, disabled, reason, updatedMs: timeMs }));
      return order({ restrictions, kicked: kicked ? targets : [] });
    }
    default:
      return nothing;
  }
}

export function joined(controls: readonly Control[]): Control {
  const orders = controls.filter((control) => control !== nothing);
  if (orders.length < 2) return orders[0] ?? nothing;
  return {
    removals: orders.flatMap(({ removals }) => removals),
    members: orders.flatMap(({ members }) => members),
    restrictions: orders.flatMap(({ restrictions }) => restrictions),
    kicked: orders.flatMap(({ kicked }) => kicked),
  };
}

export const loggedControl = (events: readonly LoggedEvent[]): Control => joined(events.map(({ event }) => controlOf(Event.decode(event))));

/** Empty where there is nothing to obey. */
export const encodeControl = (control: Control): Uint8Array => (control === nothing ? noBytes : Control.encode(control).finish());
