/**
 * `GET /livez`, `/readyz`, `/healthz` and `/metrics` over HTTP. On the address 127.0.0.1 they are for clients on this
 * machine only.
 */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../system/message-of.ts';
import { SettingsError } from '../settings.ts';

export interface StatusSources {
  /** Why nobody can be served now, though the process is well; null if somebody can. */
  notReady(): string | null;
  health(): { readonly healthy: boolean };
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
}

const LOOPBACK = '127.0.0.1';

/**
 * Listens on `port`. Port 0 takes any free port; `port` of the result is the actual one. Throws `SettingsError` if the
 * port is in use.
 */
export async function openStatusServer(
  port: number,
  sources: StatusSources,
  address = LOOPBACK,
): Promise<Server & { readonly port: number }> {
  const server = createServer(async (request, response) => {
    // No URL is parsed: some targets that a client may send, such as //, are none.
    const [path] = (request.url ?? '/').split('?');
    const send = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    try {
      if (address === LOOPBACK && !isLocal(request.headers.host)) {
        send(421, 'text/plain', 'Only requests to this machine by its own name are answered here.\n');
      } else if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD');
        send(405, 'text/plain', 'Only GET is answered here.\n');
      } else if (path === '/livez') {
        send(200, 'text/plain', 'alive\n');
      } else if (path === '/readyz') {
        const reason = sources.notReady();
        send(reason === null ? 200 : 503, 'text/plain', `${reason ?? 'ready'}\n`);
      } else if (path === '/healthz') {
        const health = sources.health();
        send(health.healthy ? 200 : 503, 'application/json', `${JSON.stringify(health)}\n`);
      } else if (path === '/metrics') {
        send(200, 'text/plain; version=0.0.4; charset=utf-8', await sources.metrics());
      } else {
        send(404, 'text/plain', 'There are /livez, /readyz, /healthz and /metrics.\n');
      }
    } catch (error) {
      send(500, 'text/plain', `${messageOf(error)}\n`);
    }
  });
  server.listen(port, address);
  await once(server, 'listening').catch((error: Error) => {
    throw new SettingsError(`HTTP_PORT cannot be listened on: ${error.message}.`);
  });
  // A server that listens on a TCP port has an AddressInfo as its address.
  return Object.assign(server, { port: (server.address() as AddressInfo).port });
}

/**
 * True if a request asks for this machine, or for none, as HTTP/1.0 may. A web page can have a name of its own that
 * leads to 127.0.0.1, and could read the metrics in a browser on this machine (DNS rebinding).
 */
function isLocal(host: string | undefined): boolean {
  return host === undefined || /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/iu.test(host);
}
