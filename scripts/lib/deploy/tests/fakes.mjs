// Cloudflare, Stripe and Neon on this machine, in the shapes that their references document, as far as deploying asks them. They keep what they
// are told, page their lists, and refuse what the real ones refuse.
import { createServer } from 'node:http';
import { parse } from 'node:querystring';

const ACCOUNT = 'a'.repeat(32);
const ZONE = 'b'.repeat(32);
let made = 0;
/** An id as Cloudflare gives them. */
const id = () => (++made).toString(16).padStart(4, 'f').padStart(32, 'c');

async function serve(answer) {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    const { status = 200, body, headers } = answer({ method: request.method, url: new URL(request.url, 'http://fake'), headers: request.headers, text });
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((stopped) => (server.closeAllConnections(), server.close(stopped))) };
}

/** https://developers.cloudflare.com/api/. `state` is what it holds, `asked` what changed something, `failures` answers to give first. */
export async function fakeCloudflare({ domain = 'revelations.studio', perPage = 2 } = {}) {
  const state = { namespaces: [], queues: [], buckets: new Map(), hyperdrives: [], records: [], routes: [], scripts: new Map(), settings: { always_use_https: 'off', min_tls_version: '1.0' } };
  const asked = [];
  const failures = [];
  const ok = (result, result_info) => ({ body: { success: true, errors: [], messages: [], result, ...(result_info && { result_info }) } });
  const refuse = (status, code, message) => ({ status, body: { success: false, errors: [{ code, message }], messages: [], result: null } });
  const paged = (items, url) => {
    const page = Number(url.searchParams.get('page') ?? 1);
    return ok(items.slice((page - 1) * perPage, page * perPage), { page, per_page: perPage, count: items.length, total_count: items.length, total_pages: Math.ceil(items.length / perPage) });
  };
  const script = (name) => state.scripts.get(name);

  const routes = [
    ['GET', /^\/accounts\/[^/]+$/, () => ok({ id: ACCOUNT, name: 'Codex', type: 'standard' })],
    ['GET', /^\/zones$/, ({ url }) => ok(url.searchParams.get('name') === domain ? [{ id: ZONE, name: domain, status: 'active', account: { id: ACCOUNT } }] : [])],
    ['GET', /\/storage\/kv\/namespaces$/, ({ url }) => paged(state.namespaces, url)],
    ['POST', /\/storage\/kv\/namespaces$/, ({ json }) => state.namespaces.some(({ title }) => title === json.title) ? refuse(400, 10014, 'a namespace with this title already exists') : ok(push(state.namespaces, { id: id(), title: json.title, supports_url_encoding: true }))],
    ['DELETE', /\/storage\/kv\/namespaces\/(\w+)$/, ({ parts: [found] }) => remove(state.namespaces, ({ id }) => id === found)],
    ['GET', /\/queues$/, ({ url }) => paged(state.queues.filter(({ queue_name }) => queue_name === (url.searchParams.get('name') ?? queue_name)), url)],
    ['POST', /\/queues$/, ({ json }) => state.queues.some(({ queue_name }) => queue_name === json.queue_name) ? refuse(409, 11009, 'queue name is taken') : ok(push(state.queues, { queue_id: id(), queue_name: json.queue_name, producers: [], consumers: [] }))],
    ['DELETE', /\/queues\/(\w+)$/, ({ parts: [found] }) => remove(state.queues, ({ queue_id }) => queue_id === found)],
    ['GET', /\/r2\/buckets$/, ({ url }) => {
      const names = [...state.buckets.keys()].sort();
      const from = names.indexOf(url.searchParams.get('cursor')) + 1;
      const page = names.slice(from, from + perPage);
      return ok({ buckets: page.map((name) => ({ name, creation_date: '2026-11-01T00:00:00.000Z' })) }, { per_page: perPage, ...(from + perPage < names.length && { cursor: page.at(-1) }) });
    }],
    ['POST', /\/r2\/buckets$/, ({ json }) => {
      if (state.buckets.has(json.name)) return refuse(409, 10004, 'The bucket you tried to create already exists, and you own it.');
      state.buckets.set(json.name, { lifecycle: { rules: [{ id: 'Default Multipart Abort Rule', enabled: true, conditions: { prefix: '' } }] } });
      return ok({ name: json.name });
    }],
    ['DELETE', /\/r2\/buckets\/([\w-]+)$/, ({ parts: [name] }) => {
      if (!state.buckets.has(name)) return refuse(404, 10006, 'The specified bucket does not exist.');
      if (state.buckets.get(name).full) return refuse(409, 10008, 'The bucket you tried to delete is not empty');
      return state.buckets.delete(name), ok({});
    }],
    ['GET', /\/r2\/buckets\/([\w-]+)\/(cors|lifecycle|domains\/custom)$/, ({ parts: [name, part] }) => (state.buckets.get(name)?.[part] ? ok(state.buckets.get(name)[part]) : refuse(404, 10059, 'The CORS configuration does not exist.'))],
    ['PUT', /\/r2\/buckets\/([\w-]+)\/(cors|lifecycle)$/, ({ parts: [name, part], json }) => ((state.buckets.get(name)[part] = json), ok({}))],
    ['POST', /\/r2\/buckets\/([\w-]+)\/domains\/custom$/, ({ parts: [name], json }) => {
      if (json.zoneId !== ZONE) return refuse(400, 10053, 'zone not found');
      state.buckets.get(name)['domains/custom'] = { domains: [{ domain: json.domain, enabled: true, status: { ownership: 'pending', ssl: 'pending' } }] };
      return ok({ domain: json.domain, enabled: true });
    }],
    ['GET', /\/hyperdrive\/configs$/, ({ url }) => paged(state.hyperdrives, url)],
    ['POST', /\/hyperdrive\/configs$/, ({ json: { origin: { password, ...origin }, ...rest } }) => (password ? ok(push(state.hyperdrives, { id: id(), ...rest, origin })) : refuse(400, 2008, 'password is required'))],
    ['PATCH', /\/hyperdrive\/configs\/(\w+)$/, ({ parts: [found], json }) => ok(Object.assign(state.hyperdrives.find(({ id }) => id === found), json))],
    ['GET', /\/dns_records$/, ({ url }) => paged(state.records.filter(({ name }) => name === (url.searchParams.get('name') ?? name)), url)],
    ['POST', /\/dns_records$/, ({ json }) => ok(push(state.records, { id: id(), ...json }))],
    ['GET', /\/settings\/(\w+)$/, ({ parts: [name] }) => ok({ id: name, value: state.settings[name], editable: true })],
    ['PATCH', /\/settings\/(\w+)$/, ({ parts: [name], json }) => ((state.settings[name] = json.value), ok({ id: name, value: json.value }))],
    ['GET', /\/zones\/\w+\/workers\/routes$/, () => ok(state.routes)],
    ['POST', /\/zones\/\w+\/workers\/routes$/, ({ json }) => (state.routes.some(({ pattern }) => pattern === json.pattern) ? refuse(409, 10020, 'A route with the same pattern already exists.') : ok(push(state.routes, { id: id(), ...json })))],
    ['DELETE', /\/workers\/routes\/(\w+)$/, ({ parts: [found] }) => remove(state.routes, ({ id }) => id === found)],
    ['GET', /\/workers\/scripts$/, () => ok([...state.scripts].map(([name, { migration_tag }]) => ({ id: name, migration_tag, usage_model: 'standard' })))],
    ['GET', /\/workers\/scripts\/([\w-]+)\/secrets$/, ({ parts: [name] }) => (script(name) ? ok([...script(name).secrets.keys()].map((name) => ({ name, type: 'secret_text' }))) : refuse(404, 10007, 'This Worker does not exist on your account.'))],
    ['GET', /\/workers\/scripts\/([\w-]+)\/deployments$/, ({ parts: [name] }) => (script(name) ? ok({ deployments: script(name).deployments }) : refuse(404, 10007, 'This Worker does not exist on your account.'))],
    ['GET', /\/workers\/scripts\/([\w-]+)\/versions$/, ({ parts: [name] }) => ok({ items: script(name).versions }, { page: 1, total_pages: 1 })],
    // What wrangler asks besides.
    ['GET', /\/workers\/services\/([\w-]+)$/, ({ parts: [name] }) =>
      script(name)
        ? ok({ id: name, default_environment: { environment: 'production', script: { id: name, tag: `tag-of-${name}`, tags: null, migration_tag: script(name).migration_tag, last_deployed_from: 'wrangler' } } })
        : refuse(404, 10090, 'workers.api.error.service_not_found')],
    ['GET', /\/workers\/scripts\/([\w-]+)\/settings$/, ({ parts: [name] }) => (script(name) ? ok({ bindings: [], tags: null }) : refuse(404, 10007, 'This Worker does not exist on your account.'))],
    ['PATCH', /\/workers\/scripts\/([\w-]+)\/(?:script-)?settings$/, () => ok({})],
    ['GET', /\/workers\/workers\/([\w-]+)$/, ({ parts: [name] }) => ok({ id: `id-of-${name}`, name, subdomain: { enabled: false, previews_enabled: false } })],
    ['POST', /\/workers\/scripts\/([\w-]+)\/subdomain$/, () => ok({ enabled: false, previews_enabled: false })],
    ['GET', /\/workers\/subdomain$/, () => ok({ subdomain: 'codex' })],
    ['PUT', /\/workers\/scripts\/([\w-]+)$/, ({ parts: [name], text }) => ok({ id: name, tag: `tag-of-${name}`, etag: 'e', startup_time_ms: 3, deployment_id: keepVersion(name, text, true).replaceAll('-', '') })],
    ['POST', /\/workers\/scripts\/([\w-]+)\/versions$/, ({ parts: [name], text }) => ok({ id: keepVersion(name, text, false), number: 1, startup_time_ms: 3, metadata: {} })],
    ['GET', /\/workers\/scripts\/([\w-]+)\/versions\/([\w-]+)$/, ({ parts: [name, version] }) => {
      const found = script(name).versions.find(({ id }) => id === version);
      return found ? ok({ ...found, number: 1, metadata: { created_on: '2026-11-21T00:00:00Z', author_email: 'x@example.org', source: 'wrangler' }, resources: { script: {}, script_runtime: {}, bindings: [] } }) : refuse(404, 10021, 'version not found');
    }],
    ['POST', /\/workers\/scripts\/([\w-]+)\/deployments$/, ({ parts: [name], json }) => (script(name).deployments.unshift({ id: id(), strategy: 'percentage', versions: json.versions }), ok(script(name).deployments[0]))],
    ['PUT', /\/workers\/scripts\/([\w-]+)\/routes$/, ({ parts: [name], json }) => {
      state.routes = state.routes.filter((route) => route.script !== name);
      for (const { pattern } of json) push(state.routes, { id: id(), pattern, script: name });
      return ok(json);
    }],
    ['POST', /\/workers\/scripts\/([\w-]+)\/domains\/changeset$/, ({ json }) => ok({ added: json, removed: [], updated: [], conflicting: [] })],
    ['PUT', /\/workers\/scripts\/([\w-]+)\/domains\/records$/, ({ parts: [name], json }) => ((script(name).domains = json.origins.map(({ hostname }) => hostname)), ok([]))],
    ['PUT', /\/workers\/scripts\/([\w-]+)\/schedules$/, ({ parts: [name], json }) => ((script(name).crons = json.map(({ cron }) => cron)), ok({ schedules: json }))],
  ];
  const push = (list, item) => (list.push(item), item);
  /** A version as it is uploaded: modules, and what they are bound to in `metadata`. */
  const keepVersion = (name, text, deployed) => {
    const metadata = JSON.parse(text.match(/name="metadata"[^{]*(\{.*?\})\r\n--/s)[1]);
    const found = script(name) ?? { secrets: new Map(), versions: [], deployments: [] };
    const version = `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`;
    for (const { name, type } of metadata.bindings) if (type === 'secret_text') found.secrets.set(name, 'kept');
    found.versions.unshift({ id: version, annotations: metadata.annotations, metadata: { created_on: '2026-11-21T00:00:00Z' }, bindings: metadata.bindings });
    if (metadata.migrations) found.migration_tag = metadata.migrations.new_tag;
    if (deployed) found.deployments.unshift({ id: id(), versions: [{ version_id: version, percentage: 100 }] });
    state.scripts.set(name, found);
    return version;
  };
  const remove = (list, match) => {
    const index = list.findIndex(match);
    return index < 0 ? refuse(404, 10009, 'not found') : (list.splice(index, 1), ok(null));
  };

  const server = await serve(({ method, url, headers, text }) => {
    if (headers.authorization !== 'Bearer token') return refuse(401, 10000, 'Authentication error');
    const failure = failures.shift();
    if (failure) return failure;
    const json = text && headers['content-type']?.startsWith('application/json') ? JSON.parse(text) : undefined;
    for (const [verb, pattern, answer] of routes) {
      const found = verb === method && url.pathname.match(pattern);
      if (!found) continue;
      if (method !== 'GET') asked.push(`${method} ${url.pathname}`);
      return answer({ url, json, text, parts: found.slice(1) });
    }
    return refuse(404, 7003, `Could not route to ${method} ${url.pathname}`);
  });
  return { ...server, state, asked, failures, env: { CLOUDFLARE_API_TOKEN: 'token', CLOUDFLARE_ACCOUNT_ID: ACCOUNT, CLOUDFLARE_API_BASE_URL: server.url } };
}

/** https://docs.stripe.com/api/webhook_endpoints: form bodies in, a secret once. */
export async function fakeStripe(key) {
  const endpoints = [];
  const listOf = (form, name) => Object.entries(form).filter(([field]) => field.startsWith(`${name}[`)).map(([, value]) => value);
  const shown = ({ secret: _, ...endpoint }) => endpoint;
  const server = await serve(({ method, url, headers, text }) => {
    if (headers.authorization !== `Bearer ${key}`) return { status: 401, body: { error: { type: 'invalid_request_error', message: 'Invalid API Key provided' } } };
    const form = parse(text);
    const [, , , found] = url.pathname.split('/');
    const endpoint = endpoints.find(({ id }) => id === found);
    if (found && !endpoint) return { status: 404, body: { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such webhook endpoint' } } };
    if (method === 'GET') return { body: { object: 'list', url: '/v1/webhook_endpoints', has_more: false, data: endpoints.map(shown) } };
    if (method === 'DELETE') return endpoints.splice(endpoints.indexOf(endpoint), 1), { body: { id: found, object: 'webhook_endpoint', deleted: true } };
    if (found) return Object.assign(endpoint, { enabled_events: listOf(form, 'enabled_events'), status: form.disabled === 'true' ? 'disabled' : 'enabled' }), { body: shown(endpoint) };
    if (endpoints.length === 16) return { status: 400, body: { error: { type: 'invalid_request_error', message: 'You have reached the maximum of 16 test webhook endpoints.' } } };
    const made = { id: `we_${id()}`, object: 'webhook_endpoint', url: form.url, enabled_events: listOf(form, 'enabled_events'), connect: form.connect === 'true', api_version: form.api_version ?? null, status: 'enabled', description: form.description, secret: `whsec_${id()}` };
    endpoints.push(made);
    return { body: made };
  });
  return { ...server, endpoints, env: { STRIPE_API_URL: server.url } };
}

/** https://api-docs.neon.tech/: branches of a project; every branch's address is `databaseUrl`. */
export async function fakeNeon(databaseUrl) {
  const branches = [{ id: 'br-main', name: 'main' }];
  const server = await serve(({ method, url, headers, text }) => {
    if (headers.authorization !== 'Bearer neon') return { status: 401, body: { message: 'authorization required' } };
    const path = url.pathname.replace('/projects/project', '');
    if (method === 'GET' && path === '/branches') return { body: { branches: branches.filter(({ name }) => name.includes(url.searchParams.get('search') ?? '')) } };
    if (method === 'GET' && path === '/connection_uri') return branches.some(({ id }) => id === url.searchParams.get('branch_id')) ? { body: { uri: databaseUrl } } : { status: 404, body: { message: 'branch not found' } };
    if (method === 'POST' && path === '/branches') {
      const { branch, endpoints } = JSON.parse(text);
      const made = { id: `br-${id()}`, name: branch.name, parent_id: branch.parent_id ?? 'br-main' };
      branches.push(made);
      return { status: 201, body: { branch: made, endpoints: endpoints.map(({ type }) => ({ id: `ep-${id()}`, type, branch_id: made.id })), operations: [] } };
    }
    const index = branches.findIndex(({ id }) => path === `/branches/${id}`);
    if (method === 'DELETE' && index >= 0) return { body: { branch: branches.splice(index, 1)[0], operations: [] } };
    return { status: 404, body: { message: 'not found' } };
  });
  return { ...server, branches, env: { NEON_API_KEY: 'neon', NEON_PROJECT_ID: 'project', NEON_BRANCH: 'main', NEON_API_URL: server.url } };
}

/**
 * Wrangler as far as the scripts run it, keeping what it is told in the fake account. `fails` says which call goes wrong.
 * What each call was is in `calls`, without the configuration's path and with no input.
 */
export function fakeWrangler({ state }, { fails = () => false } = {}) {
  const calls = [];
  const inputs = [];
  let number = 0;
  const after = (args, name) => args[args.indexOf(name) + 1];
  const run = async (args, { input } = {}) => {
    const { readFileSync } = await import('node:fs');
    const worker = args.includes('--config') ? after(args, '--config').split('/').at(-1).replace('.jsonc', '') : undefined;
    const environment = args.includes('--config') ? (after(args, '--config').match(/preview-\d+/)?.[0] ?? after(args, '--env')) : undefined;
    const name = worker ? `codex-${worker}-${environment}` : after(args, '--name');
    calls.push([name, ...args.filter((argument, index) => !['--config', '--env', '--message', '--tag', '--secrets-file', '--name', '--yes', '--force'].includes(argument) && !['--config', '--env', '--message', '--tag', '--secrets-file', '--name'].includes(args[index - 1]))].join(' '));
    if (fails(calls.at(-1))) throw new Error(`wrangler ${args[0]} failed: told to`);
    const secrets = args.includes('--secrets-file') ? JSON.parse(readFileSync(after(args, '--secrets-file'), 'utf8')) : {};
    inputs.push(secrets);
    const version = () => `v${String(++number).padStart(3, '0')}-${name}`;
    if (args[0] === 'deploy') {
      const made = version();
      const old = state.scripts.get(name);
      state.scripts.set(name, { migration_tag: worker === 'web' ? undefined : 'v1', secrets: new Map([...(old?.secrets ?? []), ...Object.entries(secrets)]), versions: [{ id: made, annotations: { 'workers/tag': after(args, '--tag') } }, ...(old?.versions ?? [])], deployments: [{ id: made, versions: [{ version_id: made, percentage: 100 }] }, ...(old?.deployments ?? [])] });
      return [{ type: 'deploy', version: 1, version_id: made }];
    }
    const script = state.scripts.get(name);
    if (args[0] === 'delete') return state.scripts.delete(name), [];
    if (args[0] === 'secret') return inputs.push(JSON.parse(input)), Object.entries(JSON.parse(input)).forEach(([key, value]) => script.secrets.set(key, value)), [];
    if (args[0] === 'triggers') return [];
    if (args[1] === 'upload') {
      const made = version();
      script.versions.unshift({ id: made, annotations: { 'workers/tag': after(args, '--tag') } });
      for (const [key, value] of Object.entries(secrets)) script.secrets.set(key, value);
      return [{ type: 'version-upload', version: 1, version_id: made }];
    }
    const versions = args.filter((argument) => /@\d+$/.test(argument)).map((argument) => ({ version_id: argument.split('@')[0], percentage: Number(argument.split('@')[1]) }));
    script.deployments.unshift({ id: String(++number), versions });
    return [{ type: 'version-deploy', version: 1 }];
  };
  return { run, calls, inputs };
}
