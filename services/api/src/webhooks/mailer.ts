import { causeOf, type Clock } from '@plaza/kit';
import { signingSecrets, type Endpoint } from './endpoint.js';
import { bodyOf, headersOf, type Delivery } from './payload.js';
import { verdictOf, type Verdict } from './retry.js';
import { SecretUnreadable, type Sealer } from './secrets.js';
import type { Sender } from './sender.js';
import { signaturesOf } from './signature.js';

/** Signs deliveries with every secret that is valid now, and sends them. */
export class Mailer {
  constructor(
    private readonly parts: { readonly sender: Sender; readonly sealer: Sealer; readonly clock: Clock; readonly deadlineMs: number },
  ) {}

  /** Never rejects for what the endpoint or the network does. */
  async send(endpoint: Endpoint, delivery: Omit<Delivery, 'endpoint'>): Promise<Verdict> {
    const { sender, clock, deadlineMs } = this.parts;
    const secrets = this.#secrets(endpoint);
    if (typeof secrets === 'string') return { kind: 'failed', why: secrets, askedMs: 0 };
    const whole = { ...delivery, endpoint: endpoint.id };
    const body = bodyOf(whole);
    const headers = headersOf(whole, signaturesOf(secrets, body, clock.now()));
    return verdictOf(await sender.post({ url: endpoint.url, headers, body, deadlineMs }));
  }

  /** In plain, or why not. */
  #secrets({ id, secrets }: Endpoint): string[] | string {
    try {
      return signingSecrets(secrets, this.parts.clock.now()).map(({ sealed }) => this.parts.sealer.open(sealed, id));
    } catch (error) {
      if (error instanceof SecretUnreadable) return causeOf(error);
      throw error;
    }
  }
}
