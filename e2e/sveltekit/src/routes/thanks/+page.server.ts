import { loaded } from '../../answers';
import type { PageServerLoad } from './$types';

/** Asking what became of the payment fulfils it, where Stripe's own word is late. */
export const load: PageServerLoad = async ({ locals: { codex }, url }) => {
  const session_id = url.searchParams.get('session_id') ?? '';
  const { data } = await loaded(url, codex.ecom.get('/checkout/verify', { params: { query: { session_id } } }));
  return data;
};
