const hues = [12, 42, 88, 140, 172, 204, 232, 268, 304, 338];

const sumOf = (text: string): number => [...text].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0, 7);

/** Initials on a colour that stays with the account. */
export function Avatar({ account, name }: { account: string; name: string }) {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? '')
    .join('');
  return (
    <span class="avatar" aria-hidden="true" style={{ '--hue': String(hues[sumOf(account) % hues.length]) }}>
      {initials}
    </span>
  );
}
