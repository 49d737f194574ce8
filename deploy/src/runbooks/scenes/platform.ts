import { cassandraConfig, readConfig } from '@plaza/kit';
import { createCassandra } from '@plaza/kit/cassandra';
import type { Bench } from '../bench.js';
import { asked, type Scenes } from './common.js';

/** What the platform asks for: webhooks, the audit log. */
export const platform: Scenes = {
  async webhooks(bench, say) {
    const { webhooks } = (await asked(bench, '/v1/webhooks')).body as { webhooks: { id: string }[] };
    const id = webhooks[0]?.id;
    say(`state: ${JSON.stringify((await asked(bench, `/v1/webhooks/${id}/state`)).body).slice(0, 300)}`);
    say(`dead letters: ${JSON.stringify((await asked(bench, `/v1/webhooks/${id}/dead-letters`)).body).slice(0, 100)}`);
    say(await bench.plaza(`webhook replay ${id} --since ${new Date(Date.now() - 60_000).toISOString()}`, /.+/));
  },

  async audit(bench, say) {
    say(await bench.plaza('audit verify', /chain \d+: OK, [1-9].*/));
    const client = cassandraOn(bench);
    const { rows } = await client.execute('SELECT chain, block, number, entry FROM audit_entries LIMIT 1');
    const { chain, block, number, entry } = rows[0] as unknown as { chain: number; block: bigint; number: bigint; entry: string };
    const write = (text: string): Promise<unknown> =>
      client.execute('UPDATE audit_entries SET entry = ? WHERE chain = ? AND block = ? AND number = ?', [text, chain, block, number]);
    await write(entry.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10)));
    say(await bench.plaza('audit verify', /chain \d+: broken.*/));
    await write(entry);
    say(await bench.plaza('audit verify', /chain \d+: OK.*/));
    await client.shutdown();
  },
};

function cassandraOn({ cluster: { engines } }: Bench): ReturnType<typeof createCassandra> {
  const read = readConfig(cassandraConfig, {
    PLAZA_CASSANDRA_HOSTS: engines.cassandraHosts.join(','),
    PLAZA_CASSANDRA_KEYSPACE: engines.keyspace,
  });
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  return createCassandra(read.config);
}
