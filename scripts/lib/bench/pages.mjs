// Pages as people ask for them: a film's by somebody who bought it, a tenant's home by strangers.
import assert from 'node:assert/strict';

const HOST = { host: 'yoga.localhost:3000', accept: 'text/html' };

export const PAGE_FLOWS = [
  {
    name: 'page-content',
    worker: 'web',
    expect: 200,
    aim: 4,
    uses: ['answer', 'kv', 'limit', 'sql'],
    requests: ({ boughtSlugs, viewer }) => boughtSlugs.map((slug) => ({ path: `/content/${slug}`, headers: { ...HOST, cookie: viewer.cookie } })),
    check({ text, headers }) {
      assert.equal(headers.get('cache-control'), 'private, no-store');
      assert.match(text, /In your library/);
    },
  },
  {
    name: 'page-home',
    worker: 'web',
    expect: 200,
    aim: 4,
    uses: ['answer', 'kv'],
    requests: () => [{ path: '/', headers: HOST }],
    check({ text, headers }) {
      assert.match(headers.get('cache-control'), /^public/);
      assert.match(text, /Lesson 1</);
    },
  },
];
