/** Discord's rate limits: each interaction's webhook has a bucket of five requests in two seconds. */

const LIMIT = 5;
const WINDOW_MS = 2000;

interface Bucket {
  remaining: number;
  resetAt: number;
}

export class RateLimits {
  readonly #buckets = new Map<string, Bucket>();

  /** Counts a request. If it exceeds the limit, the result has the `body` to answer with status 429. */
  take(method: string, path: string): { readonly headers: Record<string, string>; readonly body?: object } {
    const webhook = /^\/webhooks\/\d+\/[^/]+/.exec(path)?.[0];
    if (!webhook) return { headers: {} };
    const key = `${method} ${webhook}`;
    const now = Date.now();
    let bucket = this.#buckets.get(key);
    if (!bucket || bucket.resetAt <= now) {
      bucket = { remaining: LIMIT, resetAt: now + WINDOW_MS };
      this.#buckets.set(key, bucket);
    }
    const after = (bucket.resetAt - now) / 1000;
    const over = bucket.remaining === 0;
    if (!over) bucket.remaining--;
    const headers = {
      'x-ratelimit-limit': String(LIMIT),
      'x-ratelimit-remaining': String(bucket.remaining),
      'x-ratelimit-reset': String(bucket.resetAt / 1000),
      'x-ratelimit-reset-after': String(after),
      'x-ratelimit-bucket': `webhook-${method}`,
    };
    if (!over) return { headers };
    return {
      headers: { ...headers, 'retry-after': String(Math.ceil(after)), 'x-ratelimit-scope': 'user' },
      body: { message: 'You are being rate limited.', retry_after: after, global: false },
    };
  }
}
