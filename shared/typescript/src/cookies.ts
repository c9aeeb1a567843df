/**
 * The cookies of one person's request as a server passes them on: what the browser sent goes along with every call, what services set
 * is sent with the calls after it and is kept for the browser.
 */
export class Cookies {
  readonly #pairs: Map<string, string>;
  /** `Set-Cookie` as services said it, for the answer to the browser. */
  readonly set: string[] = [];

  /** `header` is the browser's `Cookie`. */
  constructor(header: string | null | undefined) {
    const pairs = (header ?? '').split(';').map((pair) => pair.trim()).filter((pair) => pair !== '');
    this.#pairs = new Map(pairs.map((pair) => [pair.split('=', 1)[0] ?? '', pair]));
  }

  /** `Cookie` for a service; null where there is none. */
  header(): string | null {
    return this.#pairs.size === 0 ? null : [...this.#pairs.values()].join('; ');
  }

  /** Takes what an answer sets. */
  take(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      this.set.push(line);
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const name = pair.split('=', 1)[0] ?? '';
      if (attributes.some((attribute) => /^max-age=(0|-\d+)$/i.test(attribute))) this.#pairs.delete(name);
      else this.#pairs.set(name, pair);
    }
  }
}
