/** A row's place in a list: by time, then by name. */
export interface Place {
  readonly ms: number;
  readonly name: string;
}

/** One page of a list in the order of its places. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** The token of the next page; empty: this was the last. */
  readonly next: string;
}

/** The `most` first rows behind a token, in one pass and without sorting a room of a million. Undefined: the token is none. */
export function pageOf<T>(all: Iterable<T>, placeOf: (row: T) => Place, pageToken: string, most: number): Page<T> | undefined {
  const after = pageToken === '' ? undefined : readToken(pageToken);
  if (pageToken !== '' && after === undefined) return undefined;
  const rows: { readonly row: T; readonly place: Place }[] = [];
  for (const row of all) {
    const place = placeOf(row);
    if (after !== undefined && compare(place, after) <= 0) continue;
    if (rows.length > most && compare(place, rows[most]!.place) > 0) continue;
    let at = rows.length;
    while (at > 0 && compare(rows[at - 1]!.place, place) > 0) at--;
    rows.splice(at, 0, { row, place });
    if (rows.length > most + 1) rows.pop();
  }
  const next = rows.length > most ? tokenOf(rows[most - 1]!.place) : '';
  return { rows: rows.slice(0, most).map(({ row }) => row), next };
}

const compare = (a: Place, b: Place): number => a.ms - b.ms || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

const tokenOf = ({ ms, name }: Place): string => Buffer.from(`${ms}/${name}`).toString('base64url');

function readToken(token: string): Place | undefined {
  const found = /^(\d{1,16})\/(.{1,256})$/.exec(Buffer.from(token.slice(0, 512), 'base64url').toString());
  return found === null ? undefined : { ms: Number(found[1]), name: found[2]! };
}
