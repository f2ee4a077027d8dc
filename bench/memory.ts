/** Measures the memory of the process, without garbage. */

import { Session } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOKS = 3;
const LOOK_EVERY_MS = 100;
const HELPER = 'kernels/helper.js';
const COLLECT = 'HeapProfiler.collectGarbage';

/**
 * Resident bytes of the whole process, after collecting the garbage of every JavaScript thread. Without a collection, V8
 * keeps hundreds of megabytes of finished poems while there is room, which says nothing about leaks.
 */
export async function residentBytes(): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    const workers: string[] = [];
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      // The worker threads of the kernels never read messages, and have no garbage.
      if (!params.workerInfo.url.endsWith(HELPER)) workers.push(params.sessionId);
    });
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    let least = Number.POSITIVE_INFINITY;
    for (let look = 0; look < LOOKS; look++) {
      await session.post(COLLECT);
      for (const worker of workers) await collectIn(session, worker, look);
      await sleep(LOOK_EVERY_MS);
      least = Math.min(least, process.memoryUsage.rss());
    }
    return least;
  } finally {
    session.disconnect();
  }
}

/** Collects the garbage of a worker thread. The request and the answer are messages. */
async function collectIn(session: Session, sessionId: string, id: number): Promise<void> {
  const collected = new Promise<void>((resolve) => {
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      if (params.sessionId === sessionId && JSON.parse(params.message).id === id) resolve();
    });
  });
  await session.post('NodeWorker.sendMessageToWorker', {
    sessionId,
    message: JSON.stringify({ id, method: COLLECT }),
  });
  await collected;
}
