import { redirect } from '@sveltejs/kit';
import type { Actions } from './$types';

export const actions: Actions = {
  signOut: async ({ locals }) => {
    await locals.codex.auth.post('/api/auth/signout');
    redirect(303, '/');
  },
};
