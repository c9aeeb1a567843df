// Something to look at in a new stack: a creator's organization with a film for sale and an article for everybody, and a viewer.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSWORD, clientOf } from './client.mjs';
import { STEPS, newMemory } from './demo-steps.mjs';

const ARTICLE = {
  title: 'How to breathe',
  slug: 'how-to-breathe',
  description: 'An article that everybody may read.',
  contentType: 'written',
  contentBody: '# How to breathe\n\nIn, and out.\n',
  visibility: 'public',
};

/** Tells the first half of the demo's story, once for each state folder, and goes on where it was cut short. */
export async function seed({ urls, local, transcoder }, state) {
  const file = join(state, 'seed.json');
  const memory = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { ...newMemory(), run: 'studio' };
  const world = { urls, local, transcoder, fetch, memory };
  const half = STEPS.slice(0, STEPS.findIndex(({ name }) => name === 'refusal'));
  for (const { name, run } of [...half, { name: 'article', run: publishArticle }]) {
    if (memory.done.includes(name)) continue;
    await run(world);
    memory.done.push(name);
    writeFileSync(file, JSON.stringify(memory, null, 2), { mode: 0o600 });
  }
  return { tenant: `demo-${memory.run}`, creator: memory.creator.email, viewer: memory.viewer.email, password: PASSWORD, contentId: memory.contentId };
}

async function publishArticle({ urls, memory }) {
  const { call, expect } = clientOf({ urls });
  const { cookie } = memory.creator;
  const body = { ...ARTICLE, organizationId: memory.organizationId };
  const made = await call('content-api', 'POST', '/api/content', { cookie, body });
  if (made.status === 409) return;
  await expect(200, 'content-api', 'POST', `/api/content/${made.json.data.id}/publish`, { cookie });
}
