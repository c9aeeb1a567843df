// How often a request waits for the database: a relay between the workers and the database counts the turns.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { DATABASE_PORT, SQL_PORT, prepare, withStack } from './measure.mjs';
import { drive } from './load.mjs';

const REQUESTS = 10;

/** Passes on to `target` and counts: a turn is the first words of a client after the server's last; connecting is one too. */
async function startRelay(target) {
  const relay = { turns: 0 };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let asking = false;
    relay.turns++;
    client.on('data', () => {
      if (!asking) relay.turns++;
      asking = true;
    });
    upstream.on('data', () => (asking = false));
    client.pipe(upstream).pipe(client);
    // Either side may end abruptly; the other one then ends too.
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(relay, { port: server.address().port, stop: () => server.close() });
}

/** Round trips to the database of one request of each flow, by name. A stack of its own, because the relay costs time. */
export async function countRoundTrips({ flows, transport, ...rest }) {
  const relay = await startRelay(transport === 'http' ? SQL_PORT : DATABASE_PORT);
  const roundTrips = {};
  try {
    await withStack({ transport, databasePort: relay.port, ...rest }, async (bench) => {
      for (const flow of flows) {
        const { target } = await prepare(flow, bench);
        if (!target) continue;
        const before = relay.turns;
        const { requests } = await drive(target, { connections: 1, amount: REQUESTS });
        roundTrips[flow.name] = (relay.turns - before) / requests;
      }
    });
  } finally {
    relay.stop();
  }
  return roundTrips;
}
