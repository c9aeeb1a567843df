// A server in the place of the webhook, and what has arrived at it.
import assert from 'node:assert/strict';
import http from 'node:http';
import { secretOf, stripe, webhookUrl } from './common.mjs';

export const deliveries = [];
let refusals = 0;
const webhook = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const refuse = refusals > 0;
  refusals -= 1;
  deliveries.push({ body: Buffer.concat(chunks).toString(), signature: request.headers['stripe-signature'], refused: refuse });
  response.writeHead(refuse ? 500 : 200).end();
});
await new Promise((resolve, reject) => webhook.on('error', reject).listen(Number(webhookUrl.port), webhookUrl.hostname, resolve));
/** Waits for deliveries that `find` finds. */
export const arrived = async (find, wait = 8000) => {
  for (const end = Date.now() + wait; Date.now() < end; await new Promise((next) => setTimeout(next, 20))) {
    const matching = deliveries.filter(find);
    if (matching.length) return matching;
  }
  return assert.fail('the webhook was not called in time');
};
export const about = (session) => (delivery) => !delivery.refused && delivery.body.includes(session.id);
/** The event of this type that tells of `id`, its signature checked. */
export const told = async (id, kind) => {
  const [delivery] = await arrived(({ body, refused: no }) => !no && body.includes(`"type":"${kind}"`) && body.includes(id));
  return stripe.webhooks.constructEvent(delivery.body, delivery.signature, secretOf(kind));
};

/** Refuses the next deliveries. */
export const refuse = (count) => {
  refusals = count;
};

export const close = () => {
  webhook.close();
  webhook.closeAllConnections();
};
