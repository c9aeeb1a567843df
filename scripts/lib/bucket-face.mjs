// Miniflare's S3 face of R2 with the CORS rules that a bucket in production has: browsers read segments and send files there from
// pages of another origin.
import { createServer, request } from 'node:http';

const RULES = {
  'access-control-allow-methods': 'GET, HEAD, PUT',
  'access-control-allow-headers': 'content-type, content-length, range',
  'access-control-expose-headers': 'etag, content-length, content-range',
  'access-control-max-age': '3600',
};

/** Listens at `port` for what Miniflare, at `entry`, answers; resolves to what ends it. */
export async function startBucketFace({ port, entry }) {
  const server = createServer((incoming, outgoing) => {
    const rules = incoming.headers.origin ? { 'access-control-allow-origin': incoming.headers.origin, vary: 'origin', ...RULES } : {};
    if (incoming.method === 'OPTIONS') return outgoing.writeHead(204, rules).end();
    // Miniflare refuses pages of other origins, and R2 would ask its rules. The host stays as it came: it is what was signed.
    const { method, url } = incoming;
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => name !== 'origin' && name !== 'referer' && !name.startsWith('sec-')));
    const forwarded = request({ host: '127.0.0.1', port: entry, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, { ...answer.headers, ...rules });
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
    outgoing.on('close', () => forwarded.destroy());
    return incoming.pipe(forwarded);
  });
  await new Promise((ready, failed) => server.once('error', failed).listen(port, '127.0.0.1', ready));
  return async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
}
