// What is deployed, said once: each worker with what its code asks for. scripts/lib/deploy/generate.mjs makes the .jsonc files beside
// this one of it, for every environment; ids and the domain are in account.json. What the code asks for is read from the Rust
// sources by scripts/lib/deploy/check.mjs, which fails where the two disagree.

/** The day whose runtime behaviour is wanted: https://developers.cloudflare.com/workers/configuration/compatibility-dates/ */
export const COMPATIBILITY_DATE = '2026-11-01';

/** Milliseconds of CPU after which a request is ended. The dearest, a login with a scrypt hash of elsewhere, takes 0.12 s. */
export const CPU_MS = 5_000;

/**
 * The workers. `hosts` are their names below the domain, of which `inPreviews` exist for a pull request, too: those that a browser or
 * somebody outside must reach. `bindings` are names of `BINDINGS`, `calls` service bindings, `vars` names of `VARIABLES`.
 */
export const WORKERS = {
  auth: {
    about: 'accounts, sessions, verification, recovery',
    hosts: ['auth'],
    inPreviews: ['auth'],
    bindings: ['AUTH_SESSION_KV', 'RATE_LIMIT_KV', 'LIMITER', 'API_LIMIT', 'MAIL_QUEUE'],
    calls: { HASHER: 'hasher' },
    vars: ['WEB_APP_URL', 'AUTH_URL'],
    crons: ['*/10 * * * *'],
  },
  'content-api': {
    about: 'content, media, access, playback, library',
    hosts: ['content-api'],
    inPreviews: ['content-api'],
    bindings: ['AUTH_SESSION_KV', 'RATE_LIMIT_KV', 'CACHE_KV', 'LIMITER', 'API_LIMIT', 'STREAMING_LIMIT', 'MEDIA_BUCKET'],
    calls: { MEDIA_API: 'media-api' },
    vars: ['CONTENT_API_URL', 'R2_BUCKET_NAME'],
    secrets: ['R2_ACCOUNT_ID', 'R2_ACCESS_KEY_ID', 'R2_SECRET_ACCESS_KEY'],
    crons: ['*/10 * * * *'],
  },
  'organization-api': {
    about: 'tenants, their members and their settings',
    hosts: ['organization-api'],
    bindings: ['AUTH_SESSION_KV', 'RATE_LIMIT_KV', 'CACHE_KV', 'LIMITER', 'API_LIMIT', 'ASSETS_BUCKET', 'MAIL_QUEUE'],
    vars: ['WEB_APP_URL', 'ASSETS_URL', 'IMAGE_TRANSFORMATIONS'],
  },
  'ecom-api': {
    about: "checkout, Stripe's webhooks, purchases, subscriptions",
    hosts: ['ecom-api', 'api'],
    inPreviews: ['api'],
    bindings: ['AUTH_SESSION_KV', 'RATE_LIMIT_KV', 'LIMITER', 'API_LIMIT', 'WEBHOOK_LIMIT', 'MAIL_QUEUE'],
    secrets: [
      'STRIPE_SECRET_KEY',
      'STRIPE_WEBHOOK_SECRET_BOOKING',
      'STRIPE_WEBHOOK_SECRET_PAYMENT',
      'STRIPE_WEBHOOK_SECRET_SUBSCRIPTION',
      'STRIPE_WEBHOOK_SECRET_CUSTOMER',
      'STRIPE_WEBHOOK_SECRET_CONNECT',
      'STRIPE_WEBHOOK_SECRET_DISPUTE',
    ],
    crons: ['*/10 * * * *'],
  },
  'admin-api': {
    about: 'figures, customers, activity, gifts, oversight of content, fees',
    hosts: ['admin-api'],
    bindings: ['AUTH_SESSION_KV', 'RATE_LIMIT_KV', 'CACHE_KV', 'LIMITER', 'API_LIMIT'],
  },
  'identity-api': {
    about: 'profiles, preferences, export and deletion of an account; organizations, served for the organization worker',
    hosts: ['identity-api'],
    bindings: ['AUTH_SESSION_KV', 'RATE_LIMIT_KV', 'LIMITER', 'API_LIMIT', 'ASSETS_BUCKET'],
    calls: { ORGANIZATION_API: 'organization-api' },
    vars: ['ASSETS_URL'],
  },
  'notifications-api': {
    about: "the platform's mail, its templates, unsubscribing",
    hosts: ['notifications-api'],
    inPreviews: ['notifications-api'],
    bindings: ['AUTH_SESSION_KV', 'RATE_LIMIT_KV', 'LIMITER', 'API_LIMIT', 'MAIL_QUEUE'],
    vars: ['WEB_APP_URL', 'NOTIFICATIONS_URL', 'MAIL_API_URL', 'MAIL_FROM'],
    secrets: ['MAIL_API_KEY'],
    crons: ['* * * * *'],
    // A message is only haste, and one wakes for all of a batch: nothing is gained by waiting, nothing lost with a message.
    consumes: { queue: 'mail', max_batch_size: 100, max_batch_timeout: 0, max_retries: 3, retry_delay: 30 },
  },
  'media-api': {
    about: 'transcoding jobs, their news, retries',
    hosts: ['media-api'],
    inPreviews: ['media-api'],
    bindings: ['AUTH_SESSION_KV', 'RATE_LIMIT_KV', 'LIMITER', 'COORDINATOR', 'API_LIMIT', 'WEBHOOK_LIMIT', 'MEDIA_BUCKET', 'MAIL_QUEUE'],
    vars: ['MEDIA_API_URL', 'TRANSCODER_URL', 'R2_BUCKET_NAME'],
    secrets: ['TRANSCODING_WEBHOOK_SECRET', 'R2_ACCOUNT_ID', 'R2_ACCESS_KEY_ID', 'R2_SECRET_ACCESS_KEY'],
    crons: ['* * * * *'],
  },
  web: {
    about: "tenants' pages, at every name below the domain that is no other worker's, and the platform's own",
    hosts: ['codex'],
    inPreviews: ['codex'],
    // In production only: the apex, and whatever else is asked for below the domain.
    apexAndTenants: true,
    bindings: ['AUTH_SESSION_KV', 'CACHE_KV', 'API_LIMIT'],
    calls: {
      AUTH: 'auth',
      CONTENT_API: 'content-api',
      ECOM_API: 'ecom-api',
      IDENTITY_API: 'identity-api',
      ORGANIZATION_API: 'organization-api',
      STUDIO: 'studio',
    },
    vars: ['WEB_APP_URL', 'CONTENT_API_URL'],
    // Served before the worker is asked: style sheet and scripts, under names that hold their hashes.
    assets: { directory: 'public', html_handling: 'none', not_found_handling: 'none' },
  },
  studio: {
    about: 'what the web worker passes on to it under /studio of every tenant; it has no host, and web serves its style sheet and scripts',
    bindings: ['AUTH_SESSION_KV', 'CACHE_KV'],
    calls: {
      ADMIN_API: 'admin-api',
      CONTENT_API: 'content-api',
      ECOM_API: 'ecom-api',
      MEDIA_API: 'media-api',
      NOTIFICATIONS_API: 'notifications-api',
      ORGANIZATION_API: 'organization-api',
    },
    vars: ['WEB_APP_URL', 'CONTENT_API_URL'],
  },
  hasher: {
    about: 'passwords; it has no route, the auth worker reaches it over a service binding',
    bindings: ['LIMITER'],
    database: false,
  },
};

/**
 * Every binding by name, and what it is bound to. Names of KV namespaces, buckets and queues get the environment's suffix. A Durable Object that
 * comes to a worker which is deployed already says `since: 'v2'`, a tag of its own: Cloudflare applies each tag once.
 */
export const BINDINGS = {
  AUTH_SESSION_KV: { kv: 'sessions' },
  RATE_LIMIT_KV: { kv: 'limits' },
  CACHE_KV: { kv: 'cache' },
  MEDIA_BUCKET: { bucket: 'media' },
  ASSETS_BUCKET: { bucket: 'assets' },
  MAIL_QUEUE: { queue: 'mail' },
  LIMITER: { durableObject: 'Limiter' },
  COORDINATOR: { durableObject: 'Coordination' },
  // Counted per location; the numbers are those of shared/http/src/limits.rs. Workers that share a namespace share the count.
  API_LIMIT: { limit: 100, period: 60, namespace: 1000 },
  STREAMING_LIMIT: { limit: 60, period: 60, namespace: 1100 },
  WEBHOOK_LIMIT: { limit: 1000, period: 60, namespace: 1200 },
};

/** What every worker with a database is told besides, and the secrets it wants besides its own. */
export const COMMON = {
  vars: ['BASE_DOMAIN', 'DATABASE_TRANSPORT'],
  secrets: ['DATABASE_URL', 'SESSION_SECRET', 'WORKER_SHARED_SECRET'],
};

/**
 * Variables of what is deployed. `at` gives the address of a host in the environment, `named` the name of a bucket; the transcoder is a
 * program elsewhere, and previews use the rehearsal's.
 */
export const VARIABLES = {
  BASE_DOMAIN: ({ domain }) => domain,
  DATABASE_TRANSPORT: ({ transport }) => transport,
  WEB_APP_URL: ({ at }) => at('codex'),
  AUTH_URL: ({ at }) => at('auth'),
  CONTENT_API_URL: ({ at }) => at('content-api'),
  NOTIFICATIONS_URL: ({ at }) => at('notifications-api'),
  MEDIA_API_URL: ({ at }) => at('media-api'),
  ASSETS_URL: ({ at }) => at('assets'),
  IMAGE_TRANSFORMATIONS: ({ images }) => images,
  TRANSCODER_URL: ({ transcoder }) => transcoder,
  R2_BUCKET_NAME: ({ named }) => named('media'),
  MAIL_API_URL: () => 'https://api.resend.com/emails',
  MAIL_FROM: ({ domain }) => `Codex <no-reply@${domain}>`,
};

/** Names below the domain that lead to no worker: a bucket's own host and a program elsewhere. Tenants' route must pass them by. */
export const NOT_WORKERS = ['assets', 'transcoder'];

/**
 * Stripe's webhooks at `/webhooks/stripe/{name}`, and how the types begin that each is sent; the first that fits. The types themselves are
 * those that the code applies (`Event::APPLIED` in shared/commerce/src/event.rs).
 */
export const STRIPE_WEBHOOKS = [
  ['booking', ['checkout.']],
  ['dispute', ['charge.dispute.']],
  ['payment', ['charge.', 'refund.']],
  ['subscription', ['customer.subscription.', 'invoice']],
  ['customer', ['customer.']],
  // Of connected accounts.
  ['connect', ['account.', 'capability.', 'payout.']],
];
