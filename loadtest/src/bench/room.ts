import { issueToken } from '@plaza/kit';
import { PathProbe } from '../path-probe.js';
import { askApi } from '../target.js';
import { tokenSecret, type Bed } from './bed.js';

const tokenMs = 3_600_000;

export const tokenOf = (account: string): string =>
  issueToken(tokenSecret, { account, expiresMs: Date.now() + tokenMs, capabilities: ['enter', 'send', 'manage'] });

/** A new room without notices that anybody may enter. */
export async function openRoom(bed: Pick<Bed, 'api' | 'apiKey'>, name: string, settings: object = {}): Promise<string> {
  const room = `${name}-${Date.now()}`;
  await askApi(bed, 'POST', '/v1/rooms', { room, creator: 'host', notices: 'off', anonymousAllowed: true, ...settings });
  return room;
}

/** Who talks in a room, at the edge that is not measured. Counts what was not accepted. */
export class Speaker {
  refused = 0;

  private constructor(
    private readonly probe: PathProbe,
    private readonly room: string,
  ) {}

  static async enter(url: string, room: string): Promise<Speaker> {
    return new Speaker(await PathProbe.join(url, tokenOf('host'), room), room);
  }

  say(text: string): void {
    this.probe.say(this.room, text).catch(() => this.refused++);
  }

  leave(): void {
    this.probe.close();
  }
}
