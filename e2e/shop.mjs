// A shop with everything in it, and the address of every page about it: for tests that go to all of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { clientOf } from '../scripts/lib/client.mjs';
import { STEPS, newMemory } from '../scripts/lib/demo-steps.mjs';

/**
 * Opens it on a stack whose web worker is at `port`: a film and more for sale, a draft, a tier, a colour, an invitation; and a viewer who
 * bought, subscribes and follows. `creator` and `viewer` are their addresses and cookies, `slug` is its name.
 */
export async function openShop(stack, port) {
  const memory = newMemory();
  const api = clientOf(stack);
  const world = { urls: stack.urls, local: stack.local, fetch, memory };
  for (const step of STEPS.slice(0, STEPS.findIndex(({ name }) => name === 'checkout'))) await step.run(world);
  const { creator, viewer, organizationId } = memory;
  const [slug, film] = [`demo-${memory.run}`, `film-${memory.run}`];
  const organization = `/api/organizations/${organizationId}`;
  const landing = `http://${slug}.localhost:${port}/checkout/return?session_id={CHECKOUT_SESSION_ID}`;
  const as = ({ cookie }, status, worker, method, path, body) => api.expect(status, worker, method, path, { cookie, body });
  const pay = async (path, body) => {
    const { data } = await as(viewer, 200, 'ecom-api', 'POST', path, { ...body, successUrl: landing, cancelUrl: landing });
    await fetch(data.sessionUrl, { method: 'POST', body: new URLSearchParams({ action: 'pay' }), redirect: 'manual' });
    return data.sessionId;
  };
  await as(creator, 200, 'organization-api', 'PATCH', organization, { name: 'North Light', description: 'Small films about quiet places, made slowly.', websiteUrl: 'https://north.example' });
  const settings = { branding: { primaryColor: '#0F766E', secondaryColor: '#F59E0B' }, contact: { supportEmail: 'help@example.com' } };
  await as(creator, 200, 'organization-api', 'PATCH', `${organization}/settings`, settings);
  const tiers = [];
  for (const [name, month] of [['Friend', 500], ['Patron', 1500]]) {
    const body = { name, description: 'Everything that is for members, and a letter every month.', monthlyPriceCents: month, annualPriceCents: month * 10 };
    tiers.push((await as(creator, 201, 'organization-api', 'POST', `${organization}/tiers`, body)).data.id);
  }
  await as(creator, 201, 'organization-api', 'POST', `${organization}/members`, { email: 'ines@example.com', role: 'creator' });
  const written = { contentType: 'written', organizationId, visibility: 'public' };
  const pieces = [
    { title: 'On waiting for weather', slug: 'weather', description: 'Three weeks on an island, for one morning of light.', category: 'Essays', contentBody: '## The first week\n\nIt rained. *It always rains*.\n\n> The camera stayed in its bag.\n\n- coffee\n- waiting\n\nThen `f/8`.', tags: ['weather', 'craft'] },
    { title: 'A map of small harbours', slug: 'harbours', category: 'Notes', contentBody: 'Seventeen of them, by bicycle.', visibility: 'purchased_only', priceCents: 1200, currency: 'jpy' },
    { title: 'For friends', slug: 'friends', category: 'Letters', contentBody: 'Dear friends.', visibility: 'members_only', minimumTierId: tiers[0] },
  ];
  for (const piece of pieces) {
    const { data } = await as(creator, 201, 'content-api', 'POST', '/api/content', { ...written, ...piece });
    await as(creator, 200, 'content-api', 'POST', `/api/content/${data.id}/publish`);
  }
  const work = (await as(creator, 201, 'content-api', 'POST', '/api/content', { ...written, title: 'Winter notes', contentBody: 'Rain.', visibility: 'purchased_only', priceCents: 450 })).data.id;
  const { items } = await api.expect(200, 'content-api', 'GET', `/api/content/storefront?organization=${slug}`);
  const sale = await pay('/checkout/create', { contentId: items.find((item) => item.slug === film).id });
  await as(viewer, 200, 'ecom-api', 'GET', `/checkout/verify?session_id=${sale}`);
  const joining = await pay('/subscriptions/checkout', { tierId: tiers[0], interval: 'monthly' });
  await as(viewer, 200, 'ecom-api', 'GET', `/subscriptions/verify?session_id=${joining}`);
  await as(viewer, 204, 'organization-api', 'POST', `${organization}/followers`);
  const subscription = (await as(viewer, 200, 'ecom-api', 'GET', '/subscriptions')).items[0].id;
  const customer = (await as(viewer, 200, 'auth', 'GET', '/api/auth/session')).user.id;
  const words = { name: 'receipt', subject: 'Thanks, {{name}}', htmlBody: '<p>Thanks, {{name}}</p>', textBody: 'Thanks, {{name}}' };
  const template = (await as(creator, 201, 'notifications-api', 'POST', `/api/templates/organizations/${organizationId}`, words)).data.id;
  const addresses = {
    '/content/{slug}': `/content/${film}`,
    '/watch/{slug}': `/watch/${film}`,
    '/organizations/check/{slug}': '/organizations/check/somewhere',
    '/account/subscriptions/{id}': `/account/subscriptions/${subscription}`,
    '/checkout/return': `/checkout/return?session_id=${sale}&content=${film}`,
    '/membership/return': `/membership/return?session_id=${joining}`,
    '/reset-password': '/reset-password?token=x',
    '/invitations': '/invitations?token=x',
    '/studio/content/{id}': `/studio/content/${work}`,
    '/studio/customers/{id}': `/studio/customers/${customer}`,
    '/studio/tiers/{id}': `/studio/tiers/${tiers[0]}`,
    '/studio/mails/{name}': '/studio/mails/receipt',
    '/studio/mails/preview/{id}': `/studio/mails/preview/${template}`,
  };
  /** The page at `route`, as somebody asks for it. */
  const addressOf = (route) => {
    const address = addresses[route] ?? route;
    assert.ok(!address.includes('{'), `${route}: an address is missing here`);
    return address;
  };
  return { slug, film, creator, viewer, organizationId, addressOf };
}

/** The routes of `worker` that people look at. */
export const pagesOf = (worker) =>
  readFileSync(`workers/${worker}/routes.txt`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter(([method, path, policy]) => method === 'GET' && path !== '/health' && policy !== 'passed-on')
    .map(([, path]) => path);
