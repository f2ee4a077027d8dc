/** How Discord sends interactions over HTTP: signed with the application's key. */

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export class HttpEndpoint {
  readonly #privateKey: KeyObject;
  /** For the setting DISCORD_PUBLIC_KEY. */
  readonly publicKey: string;
  /** The status of each request. */
  readonly statuses: number[] = [];
  /** Milliseconds that each took. */
  readonly took: number[] = [];
  url = '';

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.#privateKey = privateKey;
    this.publicKey = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');
  }

  /** The headers and the body of a request, as they are sent. */
  signed(interaction: object, timestamp = Math.floor(Date.now() / 1000)) {
    const body = JSON.stringify(interaction);
    const signature = sign(null, Buffer.from(timestamp + body), this.#privateKey).toString('hex');
    const headers = {
      'content-type': 'application/json',
      'x-signature-ed25519': signature,
      'x-signature-timestamp': String(timestamp),
    };
    return { method: 'POST', headers, body };
  }

  /** Sends a request of {@link signed}. */
  async send(request: RequestInit): Promise<Response> {
    const startedAt = performance.now();
    const response = await fetch(this.url, request);
    this.took.push(performance.now() - startedAt);
    this.statuses.push(response.status);
    return response;
  }
}
