import { loaded } from '../../answers';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ depends, locals: { codex }, url }) => {
  depends('app:library');
  const [library, progress] = await loaded(url, Promise.all([
    codex.content.get('/api/user/library'),
    codex.content.get('/api/user/playback-progress'),
  ]));
  return { library: library.items, begun: progress.pagination.total };
};
