// The whole platform on this machine: PostgreSQL, the outside world, and every built worker in one real workerd.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setPriority } from 'node:os';
import { join, resolve } from 'node:path';
import { Miniflare, convertV4MiniflareOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { workerds } from './bench/process.mjs';
import { ensureDatabase, migrate } from './migrate.mjs';
import { WORKER_NAMES, addresses, portsOf } from './ports.mjs';
import { startPostgres } from './postgres.mjs';
import { startBucketFace } from './bucket-face.mjs';

/** Stripe's webhooks, each with a secret of its own. */
const WEBHOOKS = ['booking', 'payment', 'subscription', 'customer', 'connect', 'dispute'];

/** Cloudflare gives an isolate 128 MB. Left alone, V8 takes of this machine's memory what it likes, and what leaks shows too late. */
process.env.MINIFLARE_WORKERD_V8_FLAGS ??= '--max-old-space-size=128';

/** Refuses a taken port in one sentence, before anything is started. */
async function assertFree(port, what) {
  await new Promise((free, taken) => {
    const probe = createServer();
    probe.once('error', () => taken(new Error(`port ${port}, for ${what}, is taken: end what uses it and start again`)));
    probe.listen(port, '127.0.0.1', () => probe.close(free));
  });
}

/** Secrets of this machine, made once and kept in the state folder; what later versions need is added. */
function secretsIn(state) {
  const file = join(state, 'secrets.json');
  const secret = () => randomBytes(32).toString('hex');
  const made = { SESSION_SECRET: secret(), WORKER_SHARED_SECRET: secret(), STRIPE_SECRET_KEY: `sk_test_${secret()}`, MAIL_API_KEY: secret(), TRANSCODING_WEBHOOK_SECRET: secret() };
  for (const name of WEBHOOKS) made[`STRIPE_WEBHOOK_SECRET_${name.toUpperCase()}`] = `whsec_${secret()}`;
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const secrets = { ...made, ...known };
  if (Object.keys(secrets).length > Object.keys(known).length) writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

/** `.dev.vars` (NAME=value lines), where a developer overrides any variable. */
function devVars() {
  if (!existsSync('.dev.vars')) return {};
  const lines = readFileSync('.dev.vars', 'utf8').split('\n');
  return Object.fromEntries(lines.map((line) => line.match(/^\s*([A-Z0-9_]+)\s*=\s*"?(.*?)"?\s*$/)).filter(Boolean).map(([, name, value]) => [name, value]));
}

/**
 * Starts everything. `offset` moves every port, so that a test runs beside a developer's stack; `state` is where it is kept, and `storage`
 * what stands for KV, R2 and Durable Objects.
 * For measuring and for faults: `adjust` changes a worker's options for Miniflare, `beside` are further workers' options,
 * `postgresFlags` are further arguments of PostgreSQL, `onLog` gets what the workers log, `inspect` lets V8's inspector listen. The
 * transcoder, which needs ffmpeg, is started where that is asked for.
 */
export async function startStack({
  offset = 0,
  state = resolve('.local'),
  storage = state,
  transport = 'http',
  vars = {},
  adjust = (options) => options,
  beside = [],
  postgresFlags = [],
  onLog,
  inspect = false,
  transcoder = false,
  log = () => {},
} = {}) {
  mkdirSync(state, { recursive: true });
  const ports = portsOf(offset);
  const names = WORKER_NAMES.filter((name) => existsSync(`workers/${name}/build/index.js`));
  for (const name of names) await assertFree(ports[name], name);
  await assertFree(ports.outside, 'the outside world');
  await assertFree(ports.entry, 'Miniflare');
  await assertFree(ports.hasher, 'the hasher');
  await assertFree(ports.r2, "R2's S3 face");
  if (transcoder) await assertFree(ports.transcoder, 'the transcoder');

  const stops = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end().catch((error) => log(String(error)));
  };
  try {
    const secrets = secretsIn(state);
    const overrides = devVars();
    let databaseUrl = process.env.DATABASE_URL ?? overrides.DATABASE_URL;
    let postgres;
    if (!databaseUrl) {
      await assertFree(ports.postgres, 'PostgreSQL');
      log('starting PostgreSQL');
      postgres = await startPostgres({ folder: join(state, 'postgres'), port: ports.postgres, flags: postgresFlags });
      stops.push(() => postgres.stop());
      databaseUrl = postgres.url('codex');
    }
    try {
      await ensureDatabase(databaseUrl);
    } catch (error) {
      throw new Error(`the database at ${new URL(databaseUrl).host} cannot be reached: ${error.message}`);
    }
    await migrate(databaseUrl, log);

    log('starting the outside world');
    const { urls: everywhere, local, transcoder: transcoderUrl } = addresses(offset);
    const webhook = `${everywhere['ecom-api']}/webhooks/stripe/booking`;
    const outside = await startOutside({ state, port: ports.outside, databaseUrl, secrets, webhook });
    stops.push(outside.stop);

    const values = {
      ENVIRONMENT: 'development',
      BASE_DOMAIN: 'localhost',
      WEB_APP_URL: 'http://localhost:3000',
      CHECKOUT_ORIGIN: local,
      AUTH_URL: everywhere.auth,
      CONTENT_API_URL: everywhere['content-api'],
      NOTIFICATIONS_URL: everywhere['notifications-api'],
      MEDIA_API_URL: everywhere['media-api'],
      TRANSCODER_URL: transcoderUrl,
      ASSETS_URL: `http://127.0.0.1:${ports.entry}/cdn-cgi/local/r2/public/codex-assets`,
      IMAGE_TRANSFORMATIONS: 'off',
      R2_ENDPOINT: `http://127.0.0.1:${ports.r2}/cdn-cgi/local/r2/s3`,
      R2_BUCKET_NAME: 'codex-media',
      R2_ACCESS_KEY_ID: 'local',
      R2_SECRET_ACCESS_KEY: 'local-development-only',
      DATABASE_URL: databaseUrl,
      DATABASE_HTTP_URL: `${local}/sql`,
      DATABASE_TRANSPORT: transport,
      STRIPE_API_URL: local,
      MAIL_API_URL: `${local}/emails`,
      MAIL_FROM: 'Codex <no-reply@localhost>',
      ...secrets,
      ...overrides,
      ...vars,
    };
    const options = () =>
      convertV4MiniflareOptions({
        host: '127.0.0.1',
        port: ports.entry,
        inspectorPort: inspect ? 0 : undefined,
        cf: false,
        telemetry: { enabled: false },
        handleStructuredLogs: onLog,
        resourcePersistencePath: join(storage, 'workerd'),
        workers: [...names.map((name) => adjust(apiOptions(name, ports, values, databaseUrl))), ...beside],
      });
    stops.push(await startBucketFace({ port: ports.r2, entry: ports.entry }));
    log('starting the hasher');
    const hasher = await startHasher({ port: ports.hasher, storage, secrets, onLog });
    stops.push(hasher.stop);
    log(`starting ${names.join(', ')}`);
    const miniflare = new Miniflare(options());
    stops.push(() => miniflare.dispose());
    await miniflare.ready;
    const urls = Object.fromEntries(names.map((name) => [name, everywhere[name]]));
    const cron = async (name) => (await miniflare.getWorker(`codex-${name}`)).scheduled({ cron: '* * * * *' });
    const mediaBucket = () => miniflare.getR2Bucket('MEDIA_BUCKET', 'codex-content-api');
    const inspector = () => miniflare.getInspectorURL();
    const reload = () => miniflare.setOptions(options());
    let transcoding;
    /** Starts the transcoder, or a new one after it was killed. */
    const transcode = async () => {
      log('starting the transcoder');
      transcoding = await startTranscoder({ state, port: ports.transcoder, secrets });
      return transcoding;
    };
    stops.push(async () => transcoding?.stop());
    if (transcoder) await transcode();
    return { urls, local, transcoder: transcoderUrl, databaseUrl, postgres, hasher, secrets, cron, mediaBucket, inspector, reload, transcode, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Niceness: where processors are few, whoever signs in waits before everybody else does, but does not wait for good. */
const BEHIND = 10;

/**
 * The hasher in a workerd of its own. Cloudflare runs isolates on as many threads as there are; one workerd runs all of its
 * isolates on one, and everybody would wait for every password.
 */
async function startHasher({ port, storage, secrets, onLog }) {
  const values = { ENVIRONMENT: 'development', WORKER_SHARED_SECRET: secrets.WORKER_SHARED_SECRET };
  const options = () =>
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      handleStructuredLogs: onLog,
      resourcePersistencePath: join(storage, 'hasher'),
      workers: [workerOptions('hasher', port, values)],
    });
  let miniflare;
  const start = async () => {
    const others = workerds();
    miniflare = new Miniflare(options());
    await miniflare.ready;
    for (const pid of workerds().filter((pid) => !others.includes(pid))) setPriority(pid, BEHIND);
  };
  await start();
  return { start, stop: () => miniflare.dispose(), reload: () => miniflare.setOptions(options()) };
}

function workerOptions(name, port, values) {
  const { workerOptions: options } = unstable_getMiniflareWorkerOptions(`wrangler/${name}.jsonc`);
  delete options.modulesRules;
  const root = resolve(`workers/${name}/build`);
  return {
    ...options,
    name: `codex-${name}`,
    modulesRoot: root,
    modules: [
      { type: 'ESModule', path: join(root, 'index.js') },
      { type: 'CompiledWasm', path: join(root, 'index_bg.wasm') },
    ],
    bindings: { ...options.bindings, ...values },
    // No request of ours has that header; to take it away, every `fetch` would copy its headers once more.
    stripCfConnectingIp: false,
    unsafeDirectSockets: [{ host: '127.0.0.1', port }],
  };
}

/** A worker with a database, whose hasher is another process. */
function apiOptions(name, ports, values, databaseUrl) {
  const options = workerOptions(name, ports[name], values);
  const services = options.serviceBindings ?? {};
  if ('HASHER' in services) services.HASHER = { external: { address: `127.0.0.1:${ports.hasher}`, http: {} } };
  return { ...options, serviceBindings: services, hyperdrives: { HYPERDRIVE: databaseUrl } };
}

/** The outside world beside the workers. */
export function startOutside({ state, port, databaseUrl, secrets, webhook }) {
  const args = ['--port', String(port), '--state', join(state, 'outside.jsonl')];
  return startProgram('codex-local', args, { DATABASE_URL: databaseUrl, BOOKING_WEBHOOK_URL: webhook, ...secrets });
}

/** Whether this machine can transcode. */
export const hasFfmpeg = () => ['ffmpeg', 'ffprobe'].every((program) => spawnSync(program, ['-version']).status === 0);

/** The transcoder, with what it was doing when it last ended. */
function startTranscoder({ state, port, secrets }) {
  const args = ['--address', `127.0.0.1:${port}`, '--folder', join(state, 'transcoder')];
  return startProgram('codex-transcoder', args, { TRANSCODING_WEBHOOK_SECRET: secrets.TRANSCODING_WEBHOOK_SECRET });
}

/** A native program of ours that says when it is ready; it ends with this one, because its standard input closes. */
async function startProgram(name, args, variables) {
  const child = spawn(resolve('target/release', name), [...args, '--exit-with-stdin'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...variables },
  });
  const ended = new Promise((done) => child.once('exit', done));
  await new Promise((ready, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`${name} ended with ${code}`)));
    child.stdout.on('data', (text) => String(text).includes('ready') && ready());
  });
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { stop, kill, pid: child.pid };
}
