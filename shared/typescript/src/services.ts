import type { paths as Admin } from './generated/admin/types.js';
import type { paths as Auth } from './generated/auth/types.js';
import type { paths as Content } from './generated/content/types.js';
import type { paths as Ecom } from './generated/ecom/types.js';
import type { paths as Identity } from './generated/identity/types.js';
import type { paths as Media } from './generated/media/types.js';
import type { paths as Notifications } from './generated/notifications/types.js';
import type { paths as Organization } from './generated/organization/types.js';

/** Every service and its routes. */
export interface Services {
  auth: Auth;
  content: Content;
  organization: Organization;
  ecom: Ecom;
  identity: Identity;
  media: Media;
  notifications: Notifications;
  admin: Admin;
}

export type ServiceName = keyof Services;

/** Where each service is. */
export type Urls = Readonly<Record<ServiceName, string>>;

/** Where the services of a deployed platform are: `urlsOf('revelations.studio').auth` is `https://auth.revelations.studio`. */
export function urlsOf(domain: string, suffix = ''): Urls {
  const at = (worker: string) => `https://${worker}${suffix}.${domain}`;
  return {
    auth: at('auth'),
    content: at('content-api'),
    organization: at('organization-api'),
    ecom: at('ecom-api'),
    identity: at('identity-api'),
    media: at('media-api'),
    notifications: at('notifications-api'),
    admin: at('admin-api'),
  };
}

/** Where they are beside `scripts/dev`. */
export const LOCAL_URLS: Urls = {
  auth: 'http://localhost:42069',
  content: 'http://localhost:4001',
  organization: 'http://localhost:42071',
  ecom: 'http://localhost:42072',
  identity: 'http://localhost:42074',
  media: 'http://localhost:4002',
  notifications: 'http://localhost:42075',
  admin: 'http://localhost:42073',
};
