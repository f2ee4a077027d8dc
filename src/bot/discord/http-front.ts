/**
 * Takes interactions from Discord over HTTP instead of the gateway. Each request is signed with Ed25519; Discord probes
 * with wrong signatures, and drops an address that accepts them.
 * https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint
 *
 * A request is answered 202 without content, and the interaction through the callback route, as one from the gateway. So
 * all else is the same. Nothing is kept between two requests, so any number of these processes may stand behind a load
 * balancer.
 */

import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type APIInteraction, InteractionType } from 'discord.js';
import { SettingsError } from '../settings.ts';

/** A button's interaction has its whole message, but that is far shorter. */
const MAX_BODY_BYTES = 1_000_000;
/** Discord drops an interaction after three seconds. The rest allows for clocks that differ. */
const FRESH_MS = 60_000;
/** How many signatures are remembered, so that a request that somebody recorded is refused. */
const REMEMBERED = 20_000;

const PONG = { type: 1 };

export interface HttpFrontOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly address: string;
  /** 64 hexadecimal digits, from the General Information page of the application. */
  readonly publicKey: string;
  onInteraction(interaction: APIInteraction): void;
  /** In Unix milliseconds; default: that of the machine. */
  readonly now?: () => number;
}

export class HttpFront {
  readonly #options: HttpFrontOptions;
  readonly #key: KeyObject;
  readonly #server: Server;
  /** The oldest first. */
  readonly #signatures = new Set<string>();
  /** They have their 202, and are handled in this order. */
  readonly #accepted: APIInteraction[] = [];

  constructor(options: HttpFrontOptions) {
    this.#options = options;
    const x = Buffer.from(options.publicKey, 'hex').toString('base64url');
    this.#key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    this.#server = createServer(async (request, response) => {
      const { status, body } = await this.#answer(request).catch(() => ({ status: 400, body: undefined }));
      const json = body === undefined ? undefined : JSON.stringify(body);
      response.writeHead(status, json === undefined ? {} : { 'content-type': 'application/json' }).end(json);
    });
  }

  /** Throws `SettingsError` if the port is in use. Returns the port. */
  async open(): Promise<number> {
    this.#server.listen(this.#options.port, this.#options.address);
    await once(this.#server, 'listening').catch((error: Error) => {
      throw new SettingsError(`INTERACTIONS_PORT cannot be listened on: ${error.message}.`);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  get listening(): boolean {
    return this.#server.listening;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  async #answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body?: object }> {
    if (request.method !== 'POST') return { status: 405 };
    const body = await readBody(request);
    if (body === null) return { status: 413 };
    if (!this.#isGenuine(request, body)) return { status: 401 };
    const interaction: APIInteraction | { readonly type: InteractionType.Ping } = JSON.parse(body.toString());
    if (interaction.type === InteractionType.Ping) return { status: 200, body: PONG };
    if (this.#accepted.push(interaction) === 1) setImmediate(() => this.#handleNext());
    return { status: 202 };
  }

  /**
   * One a turn of the event loop, so that requests that come meanwhile are read and answered between two of them:
   * Discord waits for the 202 of each.
   */
  #handleNext(): void {
    const interaction = this.#accepted.shift();
    if (this.#accepted.length > 0) setImmediate(() => this.#handleNext());
    if (interaction) this.#options.onInteraction(interaction);
  }

  /** Whether Discord has signed the request, just now, and it has not come before. */
  #isGenuine({ headers }: IncomingMessage, body: Buffer): boolean {
    const signature = String(headers['x-signature-ed25519'] ?? '');
    const timestamp = String(headers['x-signature-timestamp'] ?? '');
    if (!/^[0-9a-f]{128}$/iu.test(signature) || !/^\d{1,15}$/u.test(timestamp)) return false;
    const signed = Buffer.concat([Buffer.from(timestamp), body]);
    if (!verify(null, signed, this.#key, Buffer.from(signature, 'hex'))) return false;
    const { now = Date.now } = this.#options;
    if (Math.abs(now() - 1000 * Number(timestamp)) > FRESH_MS) return false;
    return this.#isNew(signature.toLowerCase());
  }

  #isNew(signature: string): boolean {
    if (this.#signatures.has(signature)) return false;
    this.#signatures.add(signature);
    const [oldest] = this.#signatures;
    if (this.#signatures.size > REMEMBERED && oldest !== undefined) this.#signatures.delete(oldest);
    return true;
  }
}

/** Null if it is too long. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
