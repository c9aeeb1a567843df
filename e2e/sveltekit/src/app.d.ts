import type { ServerCodex } from '@codex/client';
import type { User } from '@codex/client/auth';
import type { Organization } from '@codex/client/organization';

declare global {
  namespace App {
    interface Locals {
      codex: ServerCodex;
      user: User | null;
      organization: Organization | null;
    }
  }
}
