// One account of another system as one of ours, or why it cannot be one.
import { randomBytes } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** As in `codex_kernel::Email`: the parts of an address. */
const LOCAL = /^[^\s\p{Cc}@<>(),;:\\"[\]]+$/u;
const LABEL = /^(?!-)[\p{Alphabetic}\p{N}-]+(?<!-)$/u;
/** What stands for "no password here": no hash begins so, and "forgot password" replaces it. */
const NO_PASSWORD = 'none: to be set by a reset';

/** The address as it is stored; undefined where it is none. */
export function emailOf(text) {
  const email = String(text ?? '').trim().toLowerCase();
  const at = email.lastIndexOf('@');
  const [local, domain] = [email.slice(0, at), email.slice(at + 1)];
  const within = (part, most) => part.length > 0 && Buffer.byteLength(part) <= most;
  const labels = domain.split('.');
  const sound = at > 0 && within(email, 254) && within(local, 64) && LOCAL.test(local) && labels.length > 1;
  return sound && labels.every((label) => within(label, 63) && LABEL.test(label)) ? email : undefined;
}

/** Whether the hasher (`workers/hasher`) verifies such a hash: Argon2id, bcrypt or BetterAuth's scrypt, of bearable cost. */
export function isSupported(hash) {
  const bcrypt = hash.match(/^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/);
  if (bcrypt) return bcrypt[1] >= 4 && bcrypt[1] <= 14;
  const argon2id = hash.match(/^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[+/A-Za-z0-9]{11,86}\$[+/A-Za-z0-9]{22,86}$/);
  if (argon2id) {
    const [memory, passes, lanes] = argon2id.slice(1).map(Number);
    return lanes >= 1 && lanes <= 4 && passes >= 1 && passes <= 4 && memory >= 8 * lanes && memory <= 65_536;
  }
  return /^(?:[0-9a-f]{2}){1,64}:[0-9a-f]{128}$/i.test(hash);
}

/** A UUIDv7 of that moment. */
function uuidOf(time) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Math.max(0, time.getTime()), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Numbers below are seconds, above milliseconds; in seconds it is the year 5138. */
const MILLISECONDS = 1e11;

/** A time in the past; undefined where it is none. */
function timeOf(value, now) {
  const number = /^\d+$/.test(value) ? Number(value) : undefined;
  const time = new Date(number === undefined ? (value ?? NaN) : number < MILLISECONDS ? number * 1_000 : number);
  return time > 0 && time <= now ? time : undefined;
}

const isYes = (value) => value === true || /^(true|t|1|yes|y)$/i.test(String(value ?? '').trim());

/**
 * `{account}`, a row for `users`, or `{reason}`. `source` has `email` and any of `id`, `name`, `passwordHash`, `emailVerified`
 * (yes, no or when) and `createdAt`. Everybody comes as a customer: roles are given here. `withoutPassword` takes accounts that
 * cannot sign in before they set a new password.
 */
export function accountOf(source, { withoutPassword = false, now = new Date() } = {}) {
  const email = emailOf(source.email);
  if (!email) return { reason: 'invalid e-mail address' };
  const hash = String(source.passwordHash ?? '').trim();
  if (!isSupported(hash) && !withoutPassword) return { reason: hash ? 'unsupported hash' : 'no password' };
  const createdAt = timeOf(source.createdAt, now) ?? now;
  const verifiedAt = isYes(source.emailVerified) ? createdAt : (timeOf(source.emailVerified, now) ?? null);
  const name = [...String(source.name ?? '').replace(/\p{Cc}/gu, ' ').trim()].slice(0, 255).join('') || email.split('@')[0];
  return {
    account: {
      id: UUID.test(source.id) ? source.id : uuidOf(createdAt),
      email,
      email_verified_at: verifiedAt,
      name,
      password_hash: isSupported(hash) ? hash : NO_PASSWORD,
      created_at: createdAt,
      updated_at: now,
    },
  };
}
