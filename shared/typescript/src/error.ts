/** One thing wrong with an input; `path` as in `title` or `tags[2]`, and empty where it is the whole. */
export interface Issue {
  path: string;
  message: string;
}

/** What a failure brings besides its code. */
export interface Details {
  issues: Issue[];
}

/** The body of every failure. */
interface Envelope {
  error: { code: string; message: string; details?: Details };
  requestId: string;
}

function isEnvelope(body: unknown): body is Envelope {
  const error = (body as Envelope | undefined)?.error;
  return typeof error?.code === 'string' && typeof error.message === 'string';
}

/**
 * The one thing that calls throw (but for an `AbortError`, which the caller asked for). `code` is stable and for programs, `message`
 * is for people. Where no answer came `status` is 0 and `code` `UNREACHABLE`, with the reason as `cause`; where what came
 * was not the platform's, `code` is `UNEXPECTED_ANSWER`.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  /** Of HTTP. */
  readonly status: number;
  readonly details: Details | undefined;
  /** What to name when asking for help: the platform's logs have it. */
  readonly requestId: string | undefined;
  /** Seconds after which to try again, where it is known: with 429 and 503. */
  readonly retryAfter: number | undefined;

  constructor(of: { code: string; message: string; status: number; details?: Details | undefined; requestId?: string | undefined; retryAfter?: number | undefined; cause?: unknown }) {
    super(of.message, { cause: of.cause });
    this.code = of.code;
    this.status = of.status;
    this.details = of.details;
    this.requestId = of.requestId;
    this.retryAfter = of.retryAfter;
  }

  /** What an answer that is no success says. */
  static of(response: Response, text: string): ApiError {
    const { status, headers } = response;
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    const common = { status, retryAfter: Number.isFinite(seconds) ? seconds : undefined };
    const body = parsed(text);
    if (isEnvelope(body)) {
      const { code, message, details } = body.error;
      return new ApiError({ ...common, code, message, details, requestId: body.requestId });
    }
    const requestId = headers.get('x-request-id') ?? undefined;
    return new ApiError({ ...common, code: 'UNEXPECTED_ANSWER', message: `The answer (${status}) was not understood.`, requestId });
  }

  /** Whatever was thrown instead of an answer. */
  static from(cause: unknown): unknown {
    if (cause instanceof ApiError || (cause instanceof Error && cause.name === 'AbortError')) return cause;
    if (cause instanceof SyntaxError) return new ApiError({ code: 'UNEXPECTED_ANSWER', message: 'The answer was not understood.', status: 200, cause });
    return new ApiError({ code: 'UNREACHABLE', message: 'The service did not answer.', status: 0, cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What Zod says of an input. */
interface ZodLike {
  issues: readonly { path: readonly PropertyKey[]; message: string }[];
}

/**
 * What is wrong with each field, by its path, for showing beside it: from an `ApiError` or from Zod, which name fields alike. What
 * concerns the whole stands under the empty string; where an `ApiError` names no field, that is its message.
 */
export function fieldErrors(error: ApiError | ZodLike): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const { path, message } of issuesOf(error)) (fields[path] ??= []).push(message);
  return fields;
}

function issuesOf(error: ApiError | ZodLike): Issue[] {
  if (!(error instanceof ApiError)) return error.issues.map(({ path, message }) => ({ path: pathOf(path), message }));
  return error.details?.issues.length ? error.details.issues : [{ path: '', message: error.message }];
}

/** `['tags', 2]` as `tags[2]`. */
function pathOf(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => (typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`), '');
}
