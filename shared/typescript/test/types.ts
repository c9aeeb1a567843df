// What the types promise: compiled, never run. Each line marked as an error must be one.
import { ApiError, LOCAL_URLS, browserClient, fieldErrors, serverClient, urlsOf, type Codex } from '@codex/client';
import { createContentSchema, type Content, type CreateContent } from '@codex/client/content';
import type { User } from '@codex/client/auth';
import type { Tier } from '@codex/client/organization';

const codex: Codex = browserClient({ urls: LOCAL_URLS });
const id = '01890000-0000-7000-8000-000000000000';

export async function calls(): Promise<void> {
  const { items, pagination } = await codex.content.get('/api/content', { params: { query: { search: 'tea', contentType: 'video', page: 2 } } });
  const [first]: Content[] = items;
  const total: number = pagination.total;
  const { data } = await codex.content.get('/api/content/{id}', { params: { path: { id } } });
  const price: number = data.priceCents;
  const { user }: { user: User } = await codex.auth.get('/api/auth/session');
  const tiers: Tier[] = (await codex.organization.get('/api/organizations/{id}/tiers', { params: { path: { id } } })).items;
  const nothing: undefined = await codex.organization.post('/api/organizations/{id}/followers', { params: { path: { id } } });
  const csv: string = await codex.ecom.get('/purchases.csv', { parseAs: 'text' });
  await codex.identity.post('/api/user/avatar', { body: new Blob([], { type: 'image/png' }) });
  await codex.content.post('/api/access/content/{id}/progress', { params: { path: { id } }, body: { positionSeconds: 1, durationSeconds: 2 }, keepalive: true });
  await codex.content.patch('/api/content/{id}', { params: { path: { id }, header: { 'If-Match': '"3."' } }, body: { description: null } });

  // @ts-expect-error no such route
  await codex.content.get('/api/contents');
  // @ts-expect-error not with this method
  await codex.content.put('/api/content');
  // @ts-expect-error the path wants an id
  await codex.content.get('/api/content/{id}');
  // @ts-expect-error no such kind
  await codex.content.get('/api/content', { params: { query: { contentType: 'film' } } });
  // @ts-expect-error the body lacks contentType
  await codex.content.post('/api/content', { body: { title: 'Tea' } });
  // @ts-expect-error another service's route
  await codex.auth.get('/api/content');
  // @ts-expect-error for other workers only
  await codex.notifications.post('/internal/send', { body: {} });
  // @ts-expect-error no such field
  void data.prize;
  void [first, total, price, user, tiers, nothing, csv];
}

export function inputs(form: FormData): Record<string, string[]> {
  const parsed = createContentSchema.safeParse(Object.fromEntries(form));
  if (!parsed.success) return fieldErrors(parsed.error);
  const body: CreateContent = parsed.data;
  return { title: [body.title] };
}

export async function failing(): Promise<string | undefined> {
  const server = serverClient({ urls: urlsOf('revelations.studio'), cookie: null, fetch });
  try {
    await server.auth.post('/api/auth/signout');
    return server.setCookies[0];
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return error.details?.issues[0]?.path;
    throw error;
  }
}
