import { ContentRule, DeviceConflict, DevicePolicy, type RoomSettings } from '@plaza/proto/client';
import type { Settings } from './types.js';

/** A new room's settings. */
export const defaultSettings: Settings = {
  slowModeSeconds: 0,
  sameTextSeconds: 0,
  entryAgeSeconds: 0,
  links: ContentRule.CONTENT_RULE_ALLOW,
  terms: ContentRule.CONTENT_RULE_REFUSE,
  gates: { gates: [] },
  highPerSecond: 10,
  normalPerSecond: 0,
  lowPerSecond: 0,
  devicePolicy: DevicePolicy.DEVICE_POLICY_TOGETHER,
  deviceConflict: DeviceConflict.DEVICE_CONFLICT_NEWEST_WINS,
  devices: 10,
  batchIntervalMs: 0,
  recallSeconds: 120,
  historyDays: 0,
};

/** Settings with the given ones of `changes` in their place. */
export function withSettings(settings: Settings, changes: RoomSettings | undefined): Settings {
  const given = Object.entries(changes ?? {}).filter(([name, value]) => value !== undefined && name in defaultSettings);
  return { ...settings, ...(Object.fromEntries(given) as Partial<Settings>) };
}
