import { Misused, wholeNumber, type Command, type Given } from '../command.js';
import { inPath } from '../server-api.js';

interface WebhookView {
  readonly url: string;
  readonly enabled: boolean;
}

interface StateView {
  readonly lagMs: number;
  readonly waiting: number;
  readonly lastError: string;
}

export const replayWebhook: Command = {
  line: 'webhook replay <webhook>',
  summary: 'delivers events to a webhook again: of one room after a position, or of all since a time',
  scopes: 'webhooks:write',
  options: {
    room: { type: 'string', about: 'of this room' },
    after: { type: 'string', about: 'with --room: everything after this position; 0: from the start' },
    since: { type: 'string', about: 'of all rooms, since this time: 2026-11-28T12:00:00Z' },
  },
  async run(given, { api, agree }) {
    const body = stretchOf(given);
    const path = `/v1/webhooks/${inPath(given.targets[0]!)}`;
    const { url, enabled } = await api.get<WebhookView>(path);
    if (!enabled) throw new Misused(`the webhook ${url} is switched off`);
    const what = 'room' in body ? `of ${body.room} after ${body.after}` : `since ${new Date(body.sinceMs).toISOString()}`;
    await agree(`${url} gets everything ${what} again.`);
    const { complete } = await api.ask<{ complete: boolean }>({ method: 'POST', path: `${path}/replay`, body });
    const state = await api.get<StateView>(`${path}/state`);
    const begins = complete ? '' : '; the log does not reach back so far, and it begins later';
    const trouble = state.lastError === '' ? '' : `; its last error: ${state.lastError}`;
    return { text: `asked for${begins}; ${state.waiting} rooms wait there${trouble}\n`, json: { url, complete, state } };
  },
};

function stretchOf({ options: { room, after, since } }: Given): { room: string; after: string } | { sinceMs: number } {
  if (typeof room === 'string' && typeof after === 'string' && since === undefined)
    return { room, after: String(wholeNumber(after, 'position')) };
  if (typeof since !== 'string' || room !== undefined || after !== undefined) throw new Misused('expected --room and --after, or --since');
  const sinceMs = Date.parse(since);
  if (Number.isNaN(sinceMs) || sinceMs < 0) throw new Misused(`${since} is no time`);
  return { sinceMs };
}
