import { checkNames, checkRange, monthSeconds, textLimits } from '../limits.js';
import { done, refusal, unchanged } from '../outcome.js';
import type { Handler } from './handler.js';
import { mayChangeRoom } from './targets.js';

/** For anonymous guests, who have no account that could be blocked. Members are not told; who is present with the device is removed. */
export const blockDevice: Handler<'blockDevice'> = (room, { deviceId, seconds }, context) => {
  const no =
    mayChangeRoom(room, context) ??
    checkNames([deviceId], 'device_id', textLimits.deviceId) ??
    checkRange('seconds', seconds, 1, monthSeconds);
  if (no) return refusal(no);
  const untilMs = context.nowMs + seconds * 1000;
  return done(room, context, { kind: { $case: 'deviceBlocked', value: { deviceId, untilMs } }, audience: 'nobody' });
};

export const unblockDevice: Handler<'unblockDevice'> = (room, { deviceId }, context) => {
  const no = mayChangeRoom(room, context) ?? checkNames([deviceId], 'device_id', textLimits.deviceId);
  if (no) return refusal(no);
  if (!room.blockedDevices.has(deviceId)) return unchanged;
  return done(room, context, { kind: { $case: 'deviceBlocked', value: { deviceId, untilMs: 0 } }, audience: 'nobody' });
};
