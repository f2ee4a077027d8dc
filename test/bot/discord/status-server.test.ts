import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStatusServer } from '../../../src/bot/discord/status-server.ts';

let server: Awaited<ReturnType<typeof openStatusServer>>;
let healthy = true;
let reason: string | null = null;
beforeAll(async () => {
  server = await openStatusServer(0, {
    notReady: () => reason,
    health: () => ({ healthy }),
    metrics: async () => 'shiren_poems_total 1\n',
  });
});
afterAll(() => {
  server.close();
});

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const sent = request({ host: '127.0.0.1', port: server.port, path, headers, method, agent: false }).end();
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, body: await text(response) };
}

describe('the status server', () => {
  it('answers for health and metrics', async () => {
    expect(await ask('/healthz?now')).toEqual({ status: 200, body: '{"healthy":true}\n' });
    healthy = false;
    expect((await ask('/healthz')).status).toBe(503);
    expect(await ask('/metrics')).toEqual({ status: 200, body: 'shiren_poems_total 1\n' });
    expect((await ask('/metrics', {}, 'POST')).status).toBe(405);
  });

  it('tells whether the process lives from whether it can serve', async () => {
    expect(await ask('/readyz')).toEqual({ status: 200, body: 'ready\n' });
    reason = 'Redis is not connected';
    expect(await ask('/readyz')).toEqual({ status: 503, body: 'Redis is not connected\n' });
    expect((await ask('/livez')).status).toBe(200);
  });

  it.each(['/', '//', '///healthz', '/%', '/\\', '*', 'http://', '//['])('answers %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it.each(['localhost', 'LOCALHOST:9100', '127.0.0.1:9100', '127.1.2.3', '[::1]:9100'])(
    'answers the host %s',
    async (host) => {
      expect((await ask('/metrics', { host })).status).toBe(200);
    },
  );

  it.each(['example.com', 'example.com:9100', '127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1'])(
    'tells nothing to a page that calls itself %s',
    async (host) => {
      const { status, body } = await ask('/metrics', { host });
      expect(status).toBe(421);
      expect(body).not.toContain('shiren_');
    },
  );
});
