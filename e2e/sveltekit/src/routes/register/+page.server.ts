import type { Register } from '@codex/client/auth';
import { redirect } from '@sveltejs/kit';
import { onward, refused } from '../../answers';
import type { Actions } from './$types';

export const actions: Actions = {
  default: async ({ locals, request, url }) => {
    const values = Object.fromEntries(await request.formData());
    try {
      // Handed on as it was typed: what is wrong with it is the service's to say, field by field.
      await locals.codex.auth.post('/api/auth/email/register', { body: values as unknown as Register });
    } catch (problem) {
      return refused(problem, values);
    }
    redirect(303, onward(url));
  },
};
