/** How Discord sends interactions over HTTP: signed with the application's key. */

import { spawn } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const SEND_AT_ONCE = fileURLToPath(new URL('./send-at-once.mjs', import.meta.url));

export interface SentAtOnce {
  readonly statuses: readonly number[];
  readonly took: readonly number[];
}

export class HttpEndpoint {
  readonly #privateKey: KeyObject;
  /** For the setting DISCORD_PUBLIC_KEY. */
  readonly publicKey: string;
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
    return await fetch(this.url, request);
  }

  /** Sends requests of {@link signed} at the same moment, from another process. Returns what came of each, in milliseconds. */
  async sendAtOnce(requests: readonly RequestInit[]): Promise<SentAtOnce> {
    const child = spawn(process.execPath, [SEND_AT_ONCE], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(JSON.stringify({ url: this.url, requests }));
    return (await json(child.stdout)) as SentAtOnce;
  }
}
