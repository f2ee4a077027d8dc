/** Memory in use after garbage collection. */

import { Session } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOKS = 3;
const LOOK_EVERY_MS = 100;
const KERNEL_WORKER = 'kernels/worker-thread.js';
const COLLECT = 'HeapProfiler.collectGarbage';

/**
 * Resident bytes of the whole process once the garbage of every JavaScript thread is collected: V8 may leave
 * hundreds of megabytes of garbage uncollected while there is room.
 */
export async function residentBytes(): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    const workers: string[] = [];
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      // The kernels' worker threads never answer messages, and have no garbage.
      if (!params.workerInfo.url.endsWith(KERNEL_WORKER)) workers.push(params.sessionId);
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

/** A thread's collector is called by a message, and answers by one. */
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
