import { fieldErrors } from '@codex/client';
import { logInSchema } from '@codex/client/auth';
import { fail, redirect } from '@sveltejs/kit';
import { onward, refused } from '../../answers';
import type { Actions } from './$types';

export const actions: Actions = {
  default: async ({ locals, request, url }) => {
    const values = Object.fromEntries(await request.formData());
    const input = logInSchema.safeParse(values);
    if (!input.success) return fail(400, { values: { email: values.email }, errors: fieldErrors(input.error) });
    try {
      await locals.codex.auth.post('/api/auth/email/login', { body: input.data });
    } catch (problem) {
      return refused(problem, values);
    }
    redirect(303, onward(url));
  },
};
