/** A typed client of the platform's API. Types and Zod schemas of a service are at `@codex/client/{service}`. */
export { browserClient, serverClient } from './client.js';
export type { Codex, Options, ServerCodex, Service } from './client.js';
export { ApiError, fieldErrors } from './error.js';
export type { Details, Issue } from './error.js';
export { LOCAL_URLS, urlsOf } from './services.js';
export type { ServiceName, Services, Urls } from './services.js';
