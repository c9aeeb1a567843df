import { serverClient } from '@codex/client';
import { error } from '@sveltejs/kit';
import type { Handle } from '@sveltejs/kit/hooks';
import { API_URLS } from '$app/env/private';
import { found } from './answers';

/** Who asks and whose pages these are, in two calls at once; and the cookies that services set, on the way back. */
export const handle: Handle = async ({ event, resolve }) => {
  const { locals, request } = event;
  locals.codex = serverClient({ urls: API_URLS, fetch: event.fetch, cookie: request.headers.get('cookie') });
  const { auth, organization } = locals.codex;
  const slug = tenantOf(event.url.hostname);
  const [session, tenant] = await Promise.all([
    event.cookies.get('codex-session') ? auth.get('/api/auth/get-session') : null,
    slug ? found(organization.get('/api/organizations/slug/{slug}', { params: { path: { slug } } })) : null,
  ]);
  locals.user = session?.user ?? null;
  locals.organization = tenant?.data ?? null;
  if (slug && !tenant) error(404, 'There is nobody here.');
  const response = await resolve(event);
  for (const line of locals.codex.setCookies) response.headers.append('set-cookie', line);
  return response;
};

/** `yoga` of `yoga.revelations.studio`; null at the apex. */
const tenantOf = (host: string) => host.match(/^([^.]+)\.[^.]+\.[^.]+$/)?.[1] ?? null;
