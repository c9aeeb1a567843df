// Plays HLS as a player does: every playlist, every file, every byte range.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const CONTENT_TYPES = { m3u8: 'application/vnd.apple.mpegurl', mp4: 'video/mp4' };

/** The files of the package in `folder`: their paths within it, types and bytes. */
export function packageIn(folder) {
  const paths = readdirSync(folder, { recursive: true }).filter((path) => path.split('.').pop() in CONTENT_TYPES);
  return paths.sort().map((path) => ({ path, contentType: CONTENT_TYPES[path.split('.').pop()], bytes: readFileSync(join(folder, path)) }));
}

/**
 * Fetches the master playlist at `url`, every playlist it names, and all that these name: each file whole, and each byte range by
 * itself, which must be that part of the file. Gives how much that was.
 */
export async function playAll(fetch, url) {
  const seen = { playlists: 0, files: 0, ranges: 0, bytes: 0 };
  const queue = [url];
  for (const address of queue) {
    const { children, files } = await readPlaylist(fetch, address);
    seen.playlists += 1;
    queue.push(...children);
    for (const [file, ranges] of files) {
      const bytes = await wholeFile(fetch, file);
      await rangesCome(fetch, file, bytes, ranges);
      seen.files += 1;
      seen.ranges += ranges.length;
      seen.bytes += bytes.length;
    }
  }
  assert.ok(seen.playlists > 1 && seen.files > 0, 'a master playlist, and something to play');
  return seen;
}

/** Fetches a playlist; the addresses of its child playlists, and of its files with the ranges named: [length, start]. */
export async function readPlaylist(fetch, address) {
  const response = await fetch(address);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.equal(response.headers.get('content-type'), CONTENT_TYPES.m3u8);
  const playlist = { children: [], files: new Map() };
  let range;
  for (const line of text.split('\n').filter(Boolean)) {
    range = line.match(/BYTERANGE[:=]"?(\d+)@(\d+)/)?.slice(1).map(Number) ?? range;
    const name = line.startsWith('#') ? line.match(/[:,]URI="([^"]+)"/)?.[1] : line;
    if (!name) continue;
    const url = new URL(name, address).href;
    if (new URL(url).pathname.endsWith('.m3u8')) {
      playlist.children.push(url);
      continue;
    }
    const ranges = playlist.files.get(url) ?? playlist.files.set(url, []).get(url);
    if (range) ranges.push(range);
    range = undefined;
  }
  return playlist;
}

/** A file's bytes. */
export async function wholeFile(fetch, url) {
  const response = await fetch(url);
  assert.equal(response.status, 200, await response.clone().text());
  return Buffer.from(await response.arrayBuffer());
}

/** Fetches each range of a file; together they are all of it. */
async function rangesCome(fetch, url, bytes, ranges) {
  let end = 0;
  for (const [length, start] of ranges) {
    assert.equal(start, end, 'the ranges of a file follow one another');
    end = start + length;
    await rangeComes(fetch, url, bytes, start, end);
  }
  if (ranges.length > 0) assert.equal(end, bytes.length, 'the ranges of a file are all of it');
}

/** Fetches the bytes of a file from `start` to before `end`, which must be those of `expected`, and no more. */
export async function rangeComes(fetch, url, expected, start, end) {
  const response = await fetch(url, { headers: { range: `bytes=${start}-${end - 1}` } });
  assert.equal(response.status, 206, `bytes ${start} to ${end}`);
  assert.equal(response.headers.get('content-range'), `bytes ${start}-${end - 1}/${expected.length}`);
  assert.ok(expected.subarray(start, end).equals(Buffer.from(await response.arrayBuffer())), `bytes ${start} to ${end} differ`);
}
