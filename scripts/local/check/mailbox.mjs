// The mailbox.
import assert from 'node:assert/strict';
import { base, check, unique } from './common.mjs';

const send = (mail, headers = {}) => fetch(new URL('/emails', base), {
  method: 'POST', body: JSON.stringify(mail), headers: { authorization: 'Bearer re_test', 'content-type': 'application/json', ...headers },
});
const inbox = async (to) => (await (await fetch(new URL(`/api/messages?to=${encodeURIComponent(to)}`, base))).json()).items;

await check('mail: sent, found by its recipient, newest first', async () => {
  const to = `${unique()}@example.com`;
  for (const subject of ['first', 'second']) {
    const answer = await send({ from: 'Codex <no-reply@example.com>', to: [`Ann <${to}>`], subject, text: 'hello', headers: { 'X-A': 'b' } });
    assert.equal(answer.status, 200);
    assert.match((await answer.json()).id, /^[0-9a-f-]{36}$/);
  }
  const items = await inbox(to.toUpperCase());
  assert.deepEqual(items.map((item) => [item.subject, item.text, item.html, item.headers['X-A']]), [['second', 'hello', null, 'b'], ['first', 'hello', null, 'b']]);
});
await check('mail: idempotency keys and refusals', async () => {
  const mail = { from: 'a@example.com', to: `${unique()}@example.com`, subject: 's', html: '<p>x' };
  const headers = { 'idempotency-key': unique() };
  const ids = await Promise.all([1, 2, 3].map(async () => (await (await send(mail, headers)).json()).id));
  assert.equal(new Set(ids).size, 1);
  assert.equal((await inbox(mail.to)).length, 1);
  assert.equal((await send({ ...mail, subject: 't' }, headers)).status, 409);
  assert.equal((await send(mail, { authorization: '' })).status, 401);
  assert.equal((await send({ ...mail, html: undefined })).status, 422);
  assert.equal((await send({ ...mail, to: 'nobody' })).status, 422);
});
await check('mail: the page escapes what strangers write', async () => {
  const to = `${unique()}@example.com`;
  await send({ from: 'a@example.com', to, subject: '<script>alert(1)</script>', html: '"><script>alert(2)</script>' });
  const page = await (await fetch(new URL(`/mailbox?to=${to}`, base))).text();
  assert.ok(!page.includes('<script'));
  assert.match(page, /<iframe sandbox="[^"]*" srcdoc="[^"]*&quot;&gt;&lt;script/);
});
await check('health and index', async () => {
  for (const path of ['/health', '/', '/mailbox']) assert.equal((await fetch(new URL(path, base))).status, 200);
});
