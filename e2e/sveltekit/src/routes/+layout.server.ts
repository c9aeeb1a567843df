import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals: { user, organization } }) => ({ user, organization });
