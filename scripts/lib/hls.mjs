// Plays an HLS package as a player does, and compares what comes with the files it was uploaded from.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const CONTENT_TYPES = { m3u8: 'application/vnd.apple.mpegurl', mp4: 'video/mp4' };

/** The files of the package in `folder`: their paths within it, types and bytes. */
export function packageIn(folder) {
  const paths = readdirSync(folder, { recursive: true }).filter((path) => path.split('.').pop() in CONTENT_TYPES);
  return paths.sort().map((path) => ({ path, contentType: CONTENT_TYPES[path.split('.').pop()], bytes: readFileSync(join(folder, path)) }));
}

/**
 * Fetches the master playlist at `url`, every playlist it names, and all that these name, each byte range by itself and each
 * file whole; all of it must be what is in `files`. Gives how much that was.
 */
export async function playAll(fetch, url, files) {
  const bytesOf = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const seen = { playlists: 0, files: 0, ranges: 0, bytes: 0 };
  const queue = [[url, 'master.m3u8']];
  for (const [address, path] of queue) {
    const playlist = await readPlaylist(fetch, address, path, bytesOf.get(path).toString());
    seen.playlists += 1;
    queue.push(...playlist.children);
    for (const [name, { url: file, ranges }] of playlist.files) {
      const expected = bytesOf.get(name);
      assert.ok(expected, `${path} names ${name}, which was not uploaded`);
      await comesWhole(fetch, file, name, expected, ranges);
      seen.files += 1;
      seen.ranges += ranges.length;
      seen.bytes += expected.length;
    }
  }
  assert.equal(seen.playlists + seen.files, files.length, 'every file of the package is reached from the master playlist');
  return seen;
}

/** Fetches a playlist, which must be `expected` but for the addresses of files; its child playlists, and its files with the ranges named. */
export async function readPlaylist(fetch, address, path, expected) {
  const response = await fetch(address);
  const text = await response.text();
  assert.equal(response.status, 200, `${path}: ${text}`);
  assert.equal(response.headers.get('content-type'), CONTENT_TYPES.m3u8);
  const [lines, wanted] = [text.split('\n'), expected.split('\n')];
  assert.equal(lines.length, wanted.length, `${path} has as many lines as were uploaded`);
  const playlist = { children: [], files: new Map() };
  let range;
  wanted.forEach((line, index) => {
    range = line.match(/BYTERANGE[:=]"?(\d+)@(\d+)/)?.slice(1).map(Number) ?? range;
    const name = line.startsWith('#') ? line.match(/^#EXT-X-MAP:URI="([^"]+)"/)?.[1] : line;
    if (!name || name.endsWith('.m3u8')) {
      assert.equal(lines[index], line, `line ${index + 1} of ${path}`);
      if (name) playlist.children.push([new URL(name, address).href, join(dirname(path), name)]);
      return;
    }
    const url = lines[index].match(/https?:[^"]+/)?.[0] ?? assert.fail(`line ${index + 1} of ${path} has no address of ${name}`);
    assert.equal(lines[index].replace(url, name), line);
    const file = join(dirname(path), name);
    const { ranges } = playlist.files.get(file) ?? playlist.files.set(file, { url, ranges: [] }).get(file);
    if (range) ranges.push(range);
    range = undefined;
  });
  return playlist;
}

/** Fetches each range and then all of a file; together the ranges are all of it. */
async function comesWhole(fetch, url, name, expected, ranges) {
  let end = 0;
  for (const [length, start] of ranges) {
    assert.equal(start, end, `the ranges of ${name} follow one another`);
    end = start + length;
    await rangeComes(fetch, url, expected, start, end);
  }
  if (ranges.length > 0) assert.equal(end, expected.length, `the ranges of ${name} are all of it`);
  const response = await fetch(url);
  assert.equal(response.status, 200, name);
  assert.ok(expected.equals(Buffer.from(await response.arrayBuffer())), `${name} differs from what was uploaded`);
}

/** Fetches the bytes of a file from `start` to before `end`, which must be those of `expected`, and no more. */
export async function rangeComes(fetch, url, expected, start, end) {
  const response = await fetch(url, { headers: { range: `bytes=${start}-${end - 1}` } });
  assert.equal(response.status, 206, `bytes ${start} to ${end}`);
  assert.equal(response.headers.get('content-range'), `bytes ${start}-${end - 1}/${expected.length}`);
  assert.ok(expected.subarray(start, end).equals(Buffer.from(await response.arrayBuffer())), `bytes ${start} to ${end} differ`);
}
