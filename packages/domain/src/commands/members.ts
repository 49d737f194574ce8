import { MemberChanges, Role, type Label } from '@plaza/proto/client';
import { isAnonymousAccount, parseAccountId, type AccountId } from '../ids.js';
import { checkNames, checkRange, checkTags, checkTexts, countLimits, textLimits, type TextRule } from '../limits.js';
import { doneAll, isUnknown, noticeRule, notKnownYet, refusal, refused, unchanged, type Happening } from '../outcome.js';
import { pick } from '../pick.js';
import { refuse, type Refusal } from '../refusal.js';
import { canBeMarked, canReach, isPermanent, may } from '../roles.js';
import type { CommandValue, Context, CreatedRoom } from '../types.js';
import { actorRole, operatorOf, roleOf } from '../views.js';
import type { Handler } from './handler.js';
import { maySetRole } from './roles.js';
import { badAccount } from './targets.js';

type Update = CommandValue<'updateMember'>;

/** Role, level, labels and profile in one command; all of it or nothing. */
export const updateMember: Handler<'updateMember'> = (room, command, context) => {
  const account = parseAccountId(command.account || operatorOf(context.actor));
  if (account === undefined) return refusal(badAccount);
  const no = mayUpdate(room, account, command, context) ?? checkUpdate(command, context);
  if (no) return refusal(no);
  if (givesProfile(command) && isUnknown(context, account)) return notKnownYet(account);
  const happenings = [...roleHappenings(room, account, command), ...memberHappenings(room, account, command, context)];
  return happenings.length === 0 ? unchanged : doneAll(room, context, happenings);
};

function mayUpdate(room: CreatedRoom, account: AccountId, command: Update, context: Context): Refusal | undefined {
  const own = account === operatorOf(context.actor);
  const operator = actorRole(room, context.actor);
  const target = roleOf(room, account, isAnonymousAccount(account));
  const managed = command.role !== undefined || command.level !== undefined || command.labels !== undefined;
  if (managed || !own) {
    if (!may(operator, 'changeOthersProfile')) return refuse('not-allowed', 'only managers change others, levels, labels and roles');
    if (!own && !canReach(operator, target) && !isApi(context)) return refuse('not-allowed', 'this member is out of the operator’s reach');
    if (managed && !canBeMarked(target) && target !== Role.ROLE_CREATOR) return refuse('not-allowed', 'an anonymous guest has no marks');
  } else if (!may(operator, 'changeOwnProfile')) return refuse('not-allowed', 'anonymous guests have no profile');
  if (command.save && !isPermanent(command.role ?? target)) return refuse('not-allowed', 'only permanent members’ profiles are saved');
  return command.role === undefined || sameRole(command.role, target)
    ? undefined
    : maySetRole(room, account, command.role || Role.ROLE_GUEST, context);
}

const isApi = ({ actor }: Context): boolean => actor.kind === 'api' && actor.operator === undefined;
const sameRole = (role: Role, target: Role): boolean => (role || Role.ROLE_GUEST) === target;

function checkUpdate({ nickname, avatar, ext, level, labels, notice }: Update, { limits }: Context): Refusal | undefined {
  const rules: TextRule[] = [
    { field: 'nickname', text: nickname ?? '', most: textLimits.nickname },
    { field: 'avatar', text: avatar ?? '', most: textLimits.avatar },
    { field: 'ext', text: ext ?? '', most: limits.extCodePoints, opaque: true },
    noticeRule(notice),
  ];
  return checkTexts(rules) ?? checkRange('level', level ?? 0, 0, maxLevel) ?? checkLabels(labels?.labels ?? []);
}

const maxLevel = 0x7fff_ffff;

function checkLabels(labels: readonly Label[]): Refusal | undefined {
  if (labels.length > countLimits.labels) return refuse('too-many', `more than ${countLimits.labels} labels`);
  const names = labels.map(({ name }) => name);
  if (new Set(names).size < names.length) return refuse('bad-request', 'a label is there twice');
  const badLevel = labels.map(({ level }) => checkRange('a label’s level', level, 0, maxLevel)).find((no) => no !== undefined);
  return checkNames(names, 'a label', textLimits.label) ?? badLevel;
}

function roleHappenings(room: CreatedRoom, account: AccountId, { role, notice }: Update): Happening[] {
  const previous = roleOf(room, account, isAnonymousAccount(account));
  if (role === undefined || sameRole(role, previous)) return [];
  return [{ kind: { $case: 'roleChanged', value: { role: role || Role.ROLE_GUEST, previous } }, targets: [account], notice }];
}

const givesProfile = ({ nickname, avatar, ext }: Update): boolean => [nickname, avatar, ext].some((text) => text !== undefined);

/** What differs from what is known: of the session where the account is present, and of the record. */
function memberHappenings(room: CreatedRoom, account: AccountId, command: Update, { presence }: Context): Happening[] {
  const record = room.members.get(account);
  const present = presence.profileOf(account);
  const shown = present ?? { nickname: record?.nickname ?? '', avatar: record?.avatar ?? '', ext: record?.ext ?? '' };
  const known = { ...shown, level: record?.level ?? 0, labels: { labels: [...(record?.labels ?? [])] } };
  const { nickname, avatar, ext, level, labels, save, notice } = command;
  const given = Object.entries({ nickname, avatar, ext, level, labels }).filter(([, value]) => value !== undefined);
  const differing = given.filter(
    ([name, value]) => differs(value, known[name as keyof typeof known]) || (save && isUnsaved(record, name, value)),
  );
  if (differing.length === 0) return [];
  const names = differing.map(([name]) => name);
  const changes = MemberChanges.create(pick(command, names));
  const previous = MemberChanges.create(pick(known, names));
  return [{ kind: { $case: 'memberUpdated', value: { changes, previous, saved: save, deviceId: '' } }, targets: [account], notice }];
}

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
const isUnsaved = (record: object | undefined, name: string, value: unknown): boolean =>
  typeof value === 'string' && value !== ((record as Record<string, unknown> | undefined)?.[name] ?? '');

/** By the server API only: the tags of sessions that are here. */
export const setTags: Handler<'setTags'> = (room, { account: name, deviceId, tags, notice }, context) => {
  if (!isApi(context)) return refused('not-allowed', 'tags are set by the server API');
  const account = parseAccountId(name);
  if (account === undefined) return refusal(badAccount);
  const no = checkTags(tags) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  const devices = context.presence.devicesOf(account).filter((device) => deviceId === '' || device.deviceId === deviceId);
  if (devices.length === 0 && context.presence.settling) return notKnownYet(account);
  if (devices.length === 0) return refused('not-found', 'the account is not in the room, or not with this device');
  // Of devices that are not known yet it would be too much to say.
  if (!context.presence.settling && devices.every((device) => !differs(device.tags, tags))) return unchanged;
  const changes = MemberChanges.create({ tags: { tags: [...tags] } });
  const previous = MemberChanges.create({ tags: { tags: [...devices.at(-1)!.tags] } });
  const kind = { $case: 'memberUpdated', value: { changes, previous, saved: false, deviceId } } as const;
  return doneAll(room, context, [{ kind, targets: [account], notice }]);
};
