/** Ctrl-Z at the prompt: stops the program as a shell does, and comes back when the shell continues it. */

import type { Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ReadStream } from 'node:tty';

/** By then a signal that stops this process has stopped it. */
const STOPPED_BY_MS = 100;

/**
 * Handles Ctrl-Z for `lines`, which read `input`. `onBack` is called when the program runs again.
 *
 * Node's readline would stop this process alone. The npm that started it would still wait for it in the foreground, so
 * the shell would not come back. A shell stops the whole process group.
 */
export function suspendOnCtrlZ(lines: Interface, input: Readable, onBack: () => void): void {
  const setRaw = (raw: boolean) => {
    if (input instanceof ReadStream) input.setRawMode(raw);
  };
  lines.on('SIGTSTP', () => {
    setRaw(false);
    let away = true;
    const comeBack = () => {
      if (!away) return;
      away = false;
      process.off('SIGCONT', comeBack);
      setRaw(true);
      onBack();
    };
    process.once('SIGCONT', comeBack);
    // The kernel does not stop a process group that no shell could continue.
    setTimeout(comeBack, STOPPED_BY_MS);
    process.kill(0, 'SIGTSTP');
  });
}
