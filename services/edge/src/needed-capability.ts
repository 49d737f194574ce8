import type { Capability } from '@plaza/kit';
import { commandKinds, decodeCommand, type CrackedFrame } from '@plaza/protocol';

const { sendMessage, react, recallMessage, setAttributes, removeAttributes, updateMember } = commandKinds;
/** What everybody who may send takes part in; the room knows who may do what of it. */
const takingPart: ReadonlySet<number> = new Set([sendMessage, react, recallMessage, setAttributes, removeAttributes]);
/** Ranges of kinds (client.proto). */
const isRead = (kind: number): boolean => kind >= 32 && kind < 48;
const isQueue = (kind: number): boolean => kind >= 96 && kind < 112;

/** What of a token a room command needs: reads nothing, taking part `send`, all else `manage`. A role in the room narrows it further. */
export function neededCapability(account: string, { kind, body }: Pick<CrackedFrame, 'kind' | 'body'>): Capability | undefined {
  if (isRead(kind)) return undefined;
  if (takingPart.has(kind) || isQueue(kind)) return 'send';
  return kind === updateMember && isOwnProfile(account, body) ? 'send' : 'manage';
}

function isOwnProfile(account: string, body: Uint8Array): boolean {
  const command = decodeCommand(updateMember, body);
  return command?.$case === 'updateMember' && (command.value.account === '' || command.value.account === account);
}
