import createOpenapiClient, { defaultBodySerializer } from 'openapi-fetch';
import type { FetchResponse, MaybeOptionalInit } from 'openapi-fetch';
import type { HttpMethod, PathsWithMethod, RequiredKeysOf } from 'openapi-typescript-helpers';
import { Cookies } from './cookies.js';
import { ApiError } from './error.js';
import type { ServiceName, Services, Urls } from './services.js';

type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Init<Paths extends object, Path extends keyof Paths, Method extends HttpMethod> = MaybeOptionalInit<Paths[Path], Method & keyof Paths[Path]>;
type Rest<Given> = RequiredKeysOf<Given> extends never ? [Given?] : [Given];
type Operation<Paths, Path extends keyof Paths, Method> = Paths[Path][Method & keyof Paths[Path]] & Record<string | number, unknown>;
/** What a call answers: the body's type, and `undefined` where an answer has none. */
type Answer<Paths, Path extends keyof Paths, Method, Given> = Exclude<FetchResponse<Operation<Paths, Path, Method>, Given, `${string}/${string}`>, { error: unknown }>['data'];

/**
 * A service's routes. A path is written as in the documents; `params` fills it and the query, `body` is sent as JSON (a `Blob` as it is); the
 * rest is what `fetch` takes (`signal`, `keepalive`, `headers`). Gives the answer's body, or throws an `ApiError`.
 */
export type Service<Paths extends object> = {
  [Method in Verb]: <Path extends PathsWithMethod<Paths, Method>, Given extends Init<Paths, Path, Method>>(
    path: Path,
    ...init: Rest<Given>
  ) => Promise<Answer<Paths, Path, Method, Given>>;
};

/** All services. */
export type Codex = { readonly [Name in ServiceName]: Service<Services[Name]> };

/** How to reach the services. */
export interface Options {
  urls: Urls;
  /** The platform's own where it is left out. */
  fetch?: typeof globalThis.fetch;
}

/** A client for pages: the browser keeps the cookies and sends them along, across the platform's subdomains. */
export function browserClient({ urls, fetch }: Options): Codex {
  return clientOf(urls, fetch, (request, send) => send(new Request(request, { credentials: 'include' })));
}

/** What a server asks on behalf of one person. Make one for each request that comes in: it holds that person's cookies. */
export interface ServerCodex extends Codex {
  /** `Set-Cookie` lines that services have answered: append them to the answer to the browser. */
  readonly setCookies: readonly string[];
}

/** A client for servers: `cookie` is the header of the request that came in. */
export function serverClient({ urls, fetch, cookie }: Options & { cookie: string | null | undefined }): ServerCodex {
  const cookies = new Cookies(cookie);
  const codex = clientOf(urls, fetch, async (request, send) => {
    const header = cookies.header();
    if (header !== null) request.headers.set('cookie', header);
    const response = await send(request);
    cookies.take(response.headers);
    return response;
  });
  return { ...codex, setCookies: cookies.set };
}

type Send = (request: Request) => Promise<Response>;

function clientOf(urls: Urls, fetch: typeof globalThis.fetch | undefined, through: (request: Request, send: Send) => Promise<Response>): Codex {
  // Looked up at each call, so that it may be replaced (as frameworks and tests do), and called as nobody's method.
  const send: Send = (request) => (fetch ?? globalThis.fetch)(request);
  const names = Object.keys(urls) as ServiceName[];
  return Object.fromEntries(names.map((name) => [name, serviceAt(urls[name], (request) => through(request, send))])) as Codex;
}

function serviceAt(baseUrl: string, send: Send): Service<object> {
  const client = createOpenapiClient<Record<string, Record<string, never>>>({ baseUrl, fetch: (request) => successOf(send(request)), bodySerializer });
  const verb = (method: string) => async (path: string, init: Record<string, unknown> = {}) => {
    try {
      const answer = await client.request(method as never, path as never, typed(init) as never);
      return (answer as { data?: unknown }).data;
    } catch (error) {
      throw ApiError.from(error);
    }
  };
  return { get: verb('get'), post: verb('post'), put: verb('put'), patch: verb('patch'), delete: verb('delete') } as Service<object>;
}

async function successOf(answer: Promise<Response>): Promise<Response> {
  const response = await answer;
  if (!response.ok) throw ApiError.of(response, await response.text());
  return response;
}

const bodySerializer = (body: unknown) => (body instanceof Blob ? body : defaultBodySerializer(body));

/** A file says itself what it is. */
function typed(init: Record<string, unknown>): Record<string, unknown> {
  const { body, headers } = init;
  return body instanceof Blob ? { ...init, headers: { 'content-type': body.type, ...(headers as Record<string, string> | undefined) } } : init;
}
