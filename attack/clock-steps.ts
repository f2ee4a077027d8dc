/**
 * Sets the wall clock of a running bot back and forward. The limits of its users, the queue and the health must not
 * notice. The clock is that of the process alone: `stepping-clock.mjs` puts itself in the place of `Date`.
 */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '../src/system/package-root.ts';
import { type Attack, pick } from './attack.ts';
import { isAnsweredWithPoem, withBot } from './bot.ts';

const MINUTE = 60_000;
const STEPS_MS = [
  -60 * MINUTE,
  -10 * MINUTE,
  -8000,
  -1000,
  2000,
  95_000,
  10 * MINUTE,
  60 * MINUTE,
  24 * 60 * MINUTE,
];
/** A poem takes a tenth of a second. With the old limits it came after the step, so this is between the two. */
const LIMIT_MS = 5000;
/** The bot looks at its clock file this often. */
const SEEN_AFTER_MS = 50;

export const clockSteps: Attack = {
  name: 'clock steps',
  what: 'the wall clock jumps back and forward; the same user is served at once, and /healthz stays 200',
  tries: { full: 100, quick: 8 },
  async run(tally, { random, folder }) {
    const file = join(folder, 'clock');
    let offset = 0;
    await writeFile(file, '0');
    const preload = pathToFileURL(join(repositoryRoot(), 'attack', 'stepping-clock.mjs')).href;
    const environment = { NODE_OPTIONS: `--import=${preload}`, CLOCK_FILE: file, HTTP_PORT: '0' };
    await withBot(tally, {}, environment, async ({ harness, bot }) => {
      const { port } = await bot.logged('Health and metrics');
      const user = harness.user();
      const ask = () => isAnsweredWithPoem(user.use('poem', { opening: '月' }), LIMIT_MS);
      if (!(await ask())) tally.fault('no poem before any step');
      while (!tally.isOver) {
        tally.tried++;
        const step = pick(random, STEPS_MS);
        // Some steps come while a poem is written.
        const during = random.below(2) === 0 ? ask() : null;
        offset += step;
        await writeFile(file, String(offset));
        await sleep(SEEN_AFTER_MS);
        const told = `after a step of ${step / 1000} s`;
        if (during && !(await during)) tally.fault(`no poem for who had asked before, ${told}`);
        if (await ask()) tally.count('poems');
        else tally.fault(`no poem within ${LIMIT_MS} ms ${told}`);
        const { status } = await fetch(`http://127.0.0.1:${port}/healthz`);
        if (status === 200) tally.count('healthy');
        else tally.fault(`/healthz answers ${status} ${told}`);
      }
    });
  },
};
