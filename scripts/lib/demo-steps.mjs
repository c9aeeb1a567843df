// The main story, step by step: a creator sells a film; a viewer is refused, pays, watches, resumes and finds it again.
//
// A step takes the world {urls, local, transcoder, fetch, memory}. `memory` is plain JSON and all that a step knows of those before it, so
// that the story goes on in another process. A step may run again after it was cut short anywhere: as a person would, it
// logs in where the account turns out to exist, and goes on.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PASSWORD, clientOf } from './client.mjs';
import { packageIn, playAll, rangeComes, readPlaylist, wholeFile } from './hls.mjs';

const ASSET = 'scripts/demo-asset';
const PRICE_CENTS = 2999;
const DURATION_SECONDS = 15;
/** Where the viewer stops watching. */
const POSITION_SECONDS = 7.5;
/** How long to wait for what happens behind the scenes: mails and webhooks are tried again about once a minute. */
const PATIENCE_MS = 150_000;

/** What a run starts with: fresh names, so that the story can be told any number of times. */
export const newMemory = () => ({ run: randomBytes(4).toString('hex'), done: [] });

/** The steps, in order; each resolves to a few words on what it saw. */
export const STEPS = [
  { name: 'creator', title: 'a creator signs up and confirms the address', run: (world) => signUp(world, 'creator') },
  { name: 'organization', title: 'opens an organization', run: openOrganization },
  { name: 'upload', title: 'uploads a film', run: upload },
  { name: 'ready', title: 'it is made playable', run: awaitReady },
  { name: 'publish', title: `publishes it for ${PRICE_CENTS / 100}`, run: publish },
  { name: 'viewer', title: 'a viewer signs up and confirms the address', run: (world) => signUp(world, 'viewer') },
  { name: 'refusal', title: 'is refused the film', run: isRefused },
  { name: 'checkout', title: 'goes to the checkout', run: checkOut },
  { name: 'pay', title: 'presses Pay', run: pay },
  { name: 'webhook', title: 'owns the film once the webhook arrived', run: awaitPurchase },
  { name: 'stream', title: 'streams it, every byte of it', run: streamAll },
  { name: 'range', title: 'jumps into the middle of it', run: jump },
  { name: 'progress', title: 'stops half way and resumes there', run: resumeWatching },
  { name: 'library', title: 'finds it in the library', run: findInLibrary },
  { name: 'replay', title: 'the webhook comes again and changes nothing', run: replayWebhook },
  { name: 'forgery', title: 'forged playback addresses are refused', run: forge },
];

async function signUp(world, role) {
  const { memory } = world;
  const email = `${role}-${memory.run}@example.com`;
  const person = (memory[role] = { email, address: `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1` });
  const body = { email, password: PASSWORD, name: `Demo ${role}` };
  let answer = await call(world, role, 'auth', 'POST', '/api/auth/email/register', body);
  const known = answer.code === 'USER_ALREADY_EXISTS';
  if (known) answer = await call(world, role, 'auth', 'POST', '/api/auth/email/login', { email, password: PASSWORD });
  expect(answer, 200);
  const session = async () => expect(await call(world, role, 'auth', 'GET', '/api/auth/session'), 200).json.user;
  // Whoever is back asks for the mail again, in case the first one went astray.
  if (known && !(await session()).emailVerified) {
    expect(await call(world, role, 'auth', 'POST', '/api/auth/email/send-verification-email', { email }), 200);
  }
  const followed = new Set();
  await until(`${email} is confirmed`, async () => {
    const { items } = await fromLocal(world, `/api/messages?to=${encodeURIComponent(email)}`);
    for (const link of items.map(({ text }) => text?.match(/http\S+verify\S+/)?.[0]).filter(Boolean)) {
      if (!followed.has(link)) await world.fetch(link, { redirect: 'manual' });
      followed.add(link);
    }
    return (await session()).emailVerified;
  });
  return email;
}

async function openOrganization(world) {
  const slug = `demo-${world.memory.run}`;
  const open = () => call(world, 'creator', 'organization-api', 'POST', '/api/organizations', { name: 'Demo Films', slug });
  const signIn = async () => {
    const { email } = world.memory.creator;
    expect(await call(world, 'creator', 'auth', 'POST', '/api/auth/email/login', { email, password: PASSWORD }), 200);
  };
  // Cut short, this may have opened it already, and the token that was kept be replaced since.
  let answer = await open();
  if (answer.status === 401) {
    await signIn();
    answer = await open();
  }
  if (answer.status === 409) {
    await signIn();
    const { items } = expect(await call(world, 'creator', 'organization-api', 'GET', '/api/organizations/my-organizations'), 200).json;
    world.memory.organizationId = items.find((item) => item.slug === slug)?.id;
    assert.ok(world.memory.organizationId, `${slug} belongs to somebody else`);
  } else {
    world.memory.organizationId = expect(answer, 201).json.data.id;
  }
  const found = expect(await call(world, undefined, 'organization-api', 'GET', `/api/organizations/slug/${slug}`), 200);
  assert.equal(found.json.data.id, world.memory.organizationId);
  return slug;
}

/** The original, for the transcoder; where there is none, what it would have made. */
async function upload(world) {
  const bytes = readFileSync(`${ASSET}/original.mp4`);
  const film = { title: 'A test picture', mediaType: 'video', mimeType: 'video/mp4', fileSizeBytes: bytes.length };
  const media = expect(await call(world, 'creator', 'content-api', 'POST', '/api/media', film), 201).json.data;
  world.memory.mediaId = media.id;
  if (!(await isTranscoding(world))) return uploadPackage(world, media);
  await put(world, media.upload, bytes);
  const complete = await call(world, 'creator', 'content-api', 'POST', `/api/media/${media.id}/upload-complete`);
  assert.notEqual(expect(complete, 200).json.data.status, 'uploading');
  return `the original, ${bytes.length.toLocaleString('en')} bytes`;
}

async function isTranscoding(world) {
  return world.fetch(`${world.transcoder}/health`).then(({ ok }) => ok, () => false);
}

async function uploadPackage(world, media) {
  const files = packageIn(`${ASSET}/hls`);
  const announced = files.map(({ path, contentType, bytes }) => ({ path, contentType, sizeBytes: bytes.length }));
  const answer = await call(world, 'creator', 'content-api', 'POST', `/api/media/${media.id}/package`, { files: announced });
  const parcel = expect(answer, 200).json.data;
  const uploads = new Map(parcel.files.map((file) => [file.path, file]));
  for (const { path, bytes } of files) await put(world, uploads.get(path), bytes);
  const ready = { status: 'ready', hlsMasterPlaylistKey: `${parcel.prefix}master.m3u8`, durationSeconds: DURATION_SECONDS };
  expect(await call(world, 'creator', 'content-api', 'PATCH', `/api/media/${media.id}`, ready), 200);
  return `no transcoder runs, so a ready-made package of ${files.length} files`;
}

async function awaitReady(world) {
  const read = async () => expect(await call(world, 'creator', 'content-api', 'GET', `/api/media/${world.memory.mediaId}`), 200).json.data;
  await until('the film plays', async () => {
    const { status } = await read();
    assert.notEqual(status, 'failed', 'the transcoder gave it up');
    return status === 'ready';
  });
  const { durationSeconds, readyVariants } = await read();
  assert.ok(Math.abs(durationSeconds - DURATION_SECONDS) < 0.5, `${durationSeconds} seconds`);
  return `${durationSeconds} seconds, ${readyVariants.join(' ') || 'as it came'}`;
}

async function publish(world) {
  const { memory } = world;
  const slug = `film-${memory.run}`;
  const content = {
    title: `A test picture ${memory.run}`,
    slug,
    contentType: 'video',
    mediaItemId: memory.mediaId,
    organizationId: memory.organizationId,
    visibility: 'purchased_only',
    priceCents: PRICE_CENTS,
  };
  const answer = await call(world, 'creator', 'content-api', 'POST', '/api/content', content);
  if (answer.status === 409) {
    const { items } = expect(await call(world, 'creator', 'content-api', 'GET', `/api/content?search=${memory.run}`), 200).json;
    memory.contentId = items.find((item) => item.slug === slug)?.id;
    assert.ok(memory.contentId, `${slug} belongs to something else`);
  } else {
    memory.contentId = expect(answer, 201).json.data.id;
  }
  const published = expect(await call(world, 'creator', 'content-api', 'POST', `/api/content/${memory.contentId}/publish`), 200);
  assert.equal(published.json.data.status, 'published');
  return slug;
}

async function isRefused(world) {
  const answer = await call(world, 'viewer', 'content-api', 'GET', `/api/access/content/${world.memory.contentId}/stream`);
  assert.deepEqual([answer.status, answer.code], [403, 'ACCESS_DENIED']);
  return '403 ACCESS_DENIED';
}

async function checkOut(world) {
  const { memory } = world;
  const web = 'http://localhost:3000';
  const body = {
    contentId: memory.contentId,
    successUrl: `${web}/library?session_id={CHECKOUT_SESSION_ID}`,
    cancelUrl: `${web}/`,
  };
  const create = async () => expect(await call(world, 'viewer', 'ecom-api', 'POST', '/checkout/create', body), 200).json.data;
  ({ sessionUrl: memory.sessionUrl, sessionId: memory.sessionId } = await create());
  assert.equal((await create()).sessionId, memory.sessionId, 'an open session is used again');
  return memory.sessionId;
}

async function pay(world) {
  const { sessionUrl, sessionId } = world.memory;
  const page = await (await world.fetch(sessionUrl)).text();
  assert.ok(page.includes('29.99') || page.includes('has been paid'), 'the page shows the price');
  const answer = await world.fetch(sessionUrl, { method: 'POST', body: new URLSearchParams({ action: 'pay' }), redirect: 'manual' });
  assert.equal(answer.status, 303, await answer.text());
  const landing = answer.headers.get('location');
  assert.ok(landing.includes(sessionId), `sent on to ${landing}`);
  return 'sent back to the shop';
}

async function awaitPurchase(world) {
  await until('the film is in the library', async () => (await possessions(world)).library.length > 0);
  const { library, purchases } = await possessions(world);
  assert.deepEqual([library.length, purchases.length], [1, 1]);
  assert.equal(library[0].content.id, world.memory.contentId);
  assert.equal(library[0].purchase.priceCents, PRICE_CENTS);
  assert.deepEqual([purchases[0].contentId, purchases[0].amountCents, purchases[0].status], [world.memory.contentId, PRICE_CENTS, 'paid']);
  return `${purchases.length} purchase`;
}

async function streamAll(world) {
  const seen = await playAll(world.fetch, await streamingUrl(world));
  return `${seen.playlists} playlists, ${seen.files} files, ${seen.ranges} byte ranges, ${seen.bytes.toLocaleString('en')} bytes`;
}

async function jump(world) {
  const { children } = await readPlaylist(world.fetch, await streamingUrl(world));
  const rendition = await readPlaylist(world.fetch, children.at(-1));
  const [url] = rendition.files.keys();
  const bytes = await wholeFile(world.fetch, url);
  const start = Math.floor(bytes.length / 2);
  await rangeComes(world.fetch, url, bytes, start, start + 4321);
  return `206, bytes ${start} to ${start + 4320}`;
}

async function resumeWatching(world) {
  const path = `/api/access/content/${world.memory.contentId}/progress`;
  const body = { positionSeconds: POSITION_SECONDS, durationSeconds: DURATION_SECONDS, completed: false };
  expect(await call(world, 'viewer', 'content-api', 'POST', path, body), 204);
  const { progress } = expect(await call(world, 'viewer', 'content-api', 'GET', path), 200).json;
  assert.deepEqual([progress.positionSeconds, progress.completed], [POSITION_SECONDS, false]);
  return `at ${progress.positionSeconds} of ${progress.durationSeconds} seconds`;
}

async function findInLibrary(world) {
  const { library } = await possessions(world);
  const [item] = library;
  assert.deepEqual([library.length, item?.content.id, item?.progress?.positionSeconds], [1, world.memory.contentId, POSITION_SECONDS]);
  return `“${item.content.title}”, ${item.progress.percentComplete} % watched`;
}

async function replayWebhook(world) {
  const { sessionId } = world.memory;
  const { items } = await fromLocal(world, `/events?object=${sessionId}`);
  const paid = items.filter(({ type }) => type === 'checkout.session.completed');
  assert.deepEqual(paid.map(({ delivered }) => delivered), [true], 'one event, delivered');
  const before = await possessions(world);
  const answer = await world.fetch(`${world.local}/events/${paid[0].id}/resend`, { method: 'POST' });
  assert.equal(answer.status, 200, await answer.text());
  // The page the buyer lands on asks too.
  expect(await call(world, 'viewer', 'ecom-api', 'GET', `/checkout/verify?session_id=${sessionId}`), 200);
  assert.deepEqual(await possessions(world), before);
  return `still ${before.purchases.length} purchase, ${before.library.length} item in the library`;
}

async function forge(world) {
  const url = await streamingUrl(world);
  const [head, token, file] = url.match(/^(.*\/play\/)([^/]+)(\/.*)$/).slice(1);
  const dot = token.indexOf('.');
  // One character of what the address says, one of its signature.
  const forgeries = [dot >> 1, dot + 5].map((at) => `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`);
  for (const forged of forgeries) assert.equal((await world.fetch(head + forged + file)).status, 403);
  assert.equal((await world.fetch(url)).status, 200, 'the true one plays');
  return '403, twice';
}

async function streamingUrl(world) {
  const answer = await call(world, 'viewer', 'content-api', 'GET', `/api/access/content/${world.memory.contentId}/stream`);
  return expect(answer, 200).json.data.streamingUrl;
}

/** All that the viewer has. */
async function possessions(world) {
  const library = expect(await call(world, 'viewer', 'content-api', 'GET', '/api/user/library'), 200).json;
  const purchases = expect(await call(world, 'viewer', 'ecom-api', 'GET', '/purchases'), 200).json;
  return { library: library.items, purchases: purchases.items };
}

/** Asks a worker as one of the story's people, or as a stranger. */
async function call(world, role, worker, method, path, body) {
  const person = world.memory[role];
  // Each person comes from a place of their own; else the limit of sign-ups from one place would end the sixth run.
  const headers = person && { 'cf-connecting-ip': person.address };
  const answer = await clientOf(world).call(worker, method, path, { cookie: person?.cookie, body, headers });
  // A session gets a new token at sign-in and when its owner gains rights.
  const given = answer.headers.get('set-cookie')?.split(';')[0];
  if (person && given?.startsWith('codex-session=')) person.cookie = given;
  return { ...answer, request: `${method} ${path}`, code: answer.json?.error?.code };
}

function expect(answer, status) {
  assert.equal(answer.status, status, `${answer.request}: ${answer.status} ${answer.text}`);
  return answer;
}

async function put(world, { url, headers }, bytes) {
  const response = await world.fetch(url, { method: 'PUT', headers, body: bytes });
  assert.equal(response.status, 200, `upload: ${await response.text()}`);
}

async function fromLocal(world, path) {
  const response = await world.fetch(world.local + path);
  assert.equal(response.status, 200, `${path} of the outside world: ${response.status}`);
  return response.json();
}

async function until(what, condition) {
  const end = Date.now() + PATIENCE_MS;
  // Ever slower, so as to stay within the limit of requests a minute.
  for (let pause = 50; !(await condition()); pause = Math.min(2 * pause, 3_000)) {
    assert.ok(Date.now() < end, `waited ${PATIENCE_MS / 1000} s until ${what}`);
    await new Promise((again) => setTimeout(again, pause));
  }
}
