import { redirect } from '@sveltejs/kit';
import { loaded, refused } from '../../../answers';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { codex, organization }, params, url }) => {
  const path = { organization: organization?.slug ?? '', slug: params.slug };
  const { data } = await loaded(url, codex.content.get('/api/content/storefront/{organization}/{slug}', { params: { path } }));
  return data;
};

export const actions: Actions = {
  buy: async ({ locals: { codex }, request, url }) => {
    const values = Object.fromEntries(await request.formData());
    const order = {
      contentId: String(values.contentId),
      successUrl: `${url.origin}/thanks?session_id={CHECKOUT_SESSION_ID}`,
      cancelUrl: url.origin + url.pathname,
    };
    let session;
    try {
      session = await codex.ecom.post('/checkout/create', { body: order });
    } catch (problem) {
      return refused(problem, values);
    }
    redirect(303, session.data.sessionUrl, { external: true });
  },
};
