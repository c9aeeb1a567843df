// What it costs to sign a playlist: the CPU of one with 600 segments beside that of one as long, all of whose lines but one are comments.
import assert from 'node:assert/strict';
import { measured } from './measure.mjs';

const SEGMENTS = 600;
/** Milliseconds of CPU for all of them. */
export const SIGNING_AIM = 6;
const REQUESTS = 400;

const NAMES = Array.from({ length: SEGMENTS }, (_, index) => `segment-${String(index).padStart(5, '0')}.ts`);
const playlist = (named) => `#EXTM3U\n${NAMES.map((name, index) => `#EXTINF:6,\n${index < named ? name : `#${name.slice(1)}`}`).join('\n')}\n#EXT-X-ENDLIST\n`;

/** Milliseconds of workerd's CPU in which 600 segments are signed. */
export async function measureSigning(bench, log) {
  const { stack, world } = bench;
  const { cookie } = world.viewer;
  const answer = await fetch(`${stack.urls['content-api']}/api/access/content/${world.bought[0]}/stream`, { headers: { cookie } });
  const address = new URL((await answer.json()).data.streamingUrl);
  const [{ hls_master_key: key }] = await world.query('SELECT hls_master_key FROM media_items m JOIN content c ON c.media_item_id = m.id WHERE c.id = $1', [world.bought[0]]);
  const bucket = await stack.mediaBucket();
  const cost = async (name, named) => {
    await bucket.put(key.replace('master', name), playlist(named));
    const path = address.pathname.replace('master', name);
    const target = { url: stack.urls['content-api'].replace('localhost', '127.0.0.1'), requests: [{ path }], expect: 200 };
    const text = await (await fetch(target.url + path)).text();
    assert.equal(text.split('X-Amz-Signature=').length - 1, named, text.slice(0, 300));
    await measured(bench, target, { connections: 10, amount: REQUESTS / 4 });
    const { cpuPerThousand, errors } = await measured(bench, target, { connections: 10, amount: REQUESTS });
    assert.equal(errors, 0);
    return cpuPerThousand;
  };
  const [one, all] = [await cost('one', 1), await cost('all', SEGMENTS)];
  const milliseconds = (all - one) * (SEGMENTS / (SEGMENTS - 1));
  log(`${SEGMENTS} segments signed: ${milliseconds.toFixed(1)} ms of CPU (aim ${SIGNING_AIM}); a playlist of one: ${one.toFixed(2)}`);
  return { transport: bench.transport, segments: SEGMENTS, milliseconds, one };
}
