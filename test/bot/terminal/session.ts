/** What the terminal answers to lines that are piped into it. */

import { PassThrough, Readable } from 'node:stream';
import type { Locale } from '../../../src/bot/locale.ts';
import { openLog } from '../../../src/bot/log.ts';
import { serveTerminal } from '../../../src/bot/terminal/terminal.ts';
import { FakeInference } from '../fake-inference.ts';
import { FakeStudio } from '../fake-studio.ts';

export async function session(
  input: string,
  locale: Locale = 'en-US',
  inference = new FakeInference(),
  studio = new FakeStudio(),
): Promise<string> {
  const output = new PassThrough();
  await serveTerminal({
    input: Readable.from([input]),
    output,
    interactive: false,
    locale,
    inference,
    studio,
    log: openLog('silent'),
  });
  return output.setEncoding('utf8').read() ?? '';
}
