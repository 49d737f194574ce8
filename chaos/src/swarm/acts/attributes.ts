import type { Act, Choice } from './turn.js';

const keys = 10;
const notice = { notify: true, ext: '' };

const set: Act = ({ prng, sight, account, count }) => {
  const key = `about-${prng.between(0, keys - 1)}`;
  const ifRevision = prng.chance(0.6) ? (sight.attributes.get(key) ?? 0) : undefined;
  return {
    $case: 'setAttributes',
    value: { attributes: [{ key, value: `${account} ${count}`, ifRevision, withOwner: prng.chance(0.3) }], notice },
  };
};

const remove: Act = ({ prng, sight }) => {
  const known = prng.pick([...sight.attributes]);
  if (known === undefined) return undefined;
  const [key, revision] = known;
  return { $case: 'removeAttributes', value: { attributes: [{ key, ifRevision: prng.chance(0.5) ? revision : undefined }], notice } };
};

export const attributeActs: readonly Choice[] = [
  [4, set],
  [1, remove],
];
