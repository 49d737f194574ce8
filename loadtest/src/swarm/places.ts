/** The lowest and the highest position up to which sockets of a room have everything; 0: nothing yet. */
export interface Places {
  readonly least: number;
  readonly most: number;
}

/** Of each room, over all who tell of it. */
export function widest(told: readonly (readonly [string, Places])[]): Map<string, Places> {
  const places = new Map<string, Places>();
  for (const [room, { least, most }] of told) {
    const known = places.get(room) ?? { least, most };
    places.set(room, { least: Math.min(known.least, least), most: Math.max(known.most, most) });
  }
  return places;
}
