// A request as a stranger makes it, with what `fetch` hides: the connection's certificate, every cookie, and whom a name leads to.
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

/** Milliseconds until nobody answered. */
const PATIENCE = 20_000;

/** Names below `localhost` are this machine (RFC 6761), whatever its resolver says. */
const toThisMachine = (_name, { all }, answer) => (all ? answer(null, [{ address: '127.0.0.1', family: 4 }]) : answer(null, '127.0.0.1', 4));

/** `{ status, headers, cookies, text, json, tls }`; `tls` is `{ protocol, validTo }`. A certificate that is not the host's is an error. */
export function ask(url, { method = 'GET', headers = {}, body } = {}) {
  const { protocol, hostname } = new URL(url);
  const local = hostname === 'localhost' || hostname.endsWith('.localhost');
  return new Promise((answered, failed) => {
    // No connection is kept: each request is to show a handshake.
    const options = { method, agent: false, timeout: PATIENCE, headers: { 'user-agent': 'codex-verify', ...headers }, ...(local && { lookup: toThisMachine }) };
    const sent = (protocol === 'https:' ? overHttps : overHttp)(url, options);
    sent.once('timeout', () => sent.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)));
    sent.once('error', (error) => failed(new Error(`${method} ${url}: ${error.message || error.code}`)));
    sent.once('response', (response) => {
      const tls = protocol === 'https:' ? { protocol: response.socket.getProtocol(), validTo: new Date(response.socket.getPeerCertificate().valid_to) } : undefined;
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.once('error', failed);
      response.once('end', () => {
        const text = Buffer.concat(parts).toString();
        let json;
        try {
          json = JSON.parse(text);
        } catch {
          // Pages are no JSON.
        }
        answered({ status: response.statusCode, headers: response.headers, cookies: response.headers['set-cookie'] ?? [], text, json, tls });
      });
    });
    sent.end(body);
  });
}
