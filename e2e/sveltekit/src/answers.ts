// What failures of the API become: pages, redirects, words beside fields. Every load function and action goes through here.
import { ApiError, fieldErrors } from '@codex/client';
import { error, fail, redirect } from '@sveltejs/kit';

/** What `load` shows: the sign-in form for 401, which comes back to `url`, an error page for the rest. */
export async function loaded<T>(url: URL, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    if (problem.status === 401) redirect(303, `/login?redirect=${encodeURIComponent(url.pathname + url.search)}`);
    error(problem.status || 503, problem.message);
  }
}

/** Null for 404. */
export async function found<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (problem) {
    if (problem instanceof ApiError && problem.status === 404) return null;
    throw problem;
  }
}

/** What an action answers where the API refused: what was typed, but for passwords, and what is wrong with it, by field. */
export function refused(problem: unknown, { password: _, ...values }: Record<string, FormDataEntryValue>) {
  if (!(problem instanceof ApiError) || problem.status === 401 && problem.code !== 'INVALID_CREDENTIALS') throw problem;
  return fail(problem.status || 503, { values, errors: fieldErrors(problem) });
}

/** Where to go after signing in: a path of this site, whatever the address says. */
export const onward = (url: URL) => {
  const to = new URL(url.searchParams.get('redirect') ?? '/library', url);
  return to.origin === url.origin ? to.pathname + to.search : '/library';
};
