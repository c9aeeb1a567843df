import { type Urls, urlsOf } from '@codex/client';
import { defineEnvVars } from '@sveltejs/kit/env';

const urls = (given: string | undefined): Urls => (given ? JSON.parse(given) : urlsOf('revelations.studio'));

/** Where the services are, for this server and for browsers: the same two hosts but on a developer's machine. */
export const variables = defineEnvVars({
  API_URLS: { schema: urls },
  PUBLIC_API_URLS: { public: true, schema: urls },
});
