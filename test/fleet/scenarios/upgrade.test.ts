/** 16: a rolling upgrade, in either order, while people ask. The new version's orders need the new version. */

import { expect, it } from 'vitest';
import type { ClientInteraction } from '../../discord/client-interaction.ts';
import type { Program } from '../../end-to-end/program.ts';
import { describeFleet, expectPoems, type Fleet, useFleet } from '../fleet.ts';

const ASK_EVERY_MS = 150;

let fleet: Fleet;

const stop = async (program: Program) => {
  program.signal('SIGTERM');
  expect(await program.exit()).toBe(0);
};

/** Asks through both bots until it is stopped. */
function asking(): { stop(): ClientInteraction[] } {
  const asked: ClientInteraction[] = [];
  const timer = setInterval(() => asked.push(fleet.ask(asked.length % 2 === 0 ? 0 : 1)), ASK_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return asked.filter(({ acknowledgement }) => acknowledgement !== null);
    },
  };
}

describeFleet('16: a rolling upgrade', () => {
  useFleet((opened) => {
    fleet = opened;
  });

  it('answers everybody if engines are replaced first', async () => {
    const engine = await fleet.engine();
    const bots = [await fleet.bot(0), await fleet.bot(1)] as const;
    const askers = asking();
    await fleet.nextEngine();
    await stop(engine);
    await fleet.nextBot(0);
    await stop(bots[0]);
    await fleet.nextBot(1);
    await stop(bots[1]);
    const asked = askers.stop();
    expect(asked.length).toBeGreaterThan(10);
    await expectPoems(asked);
  });

  it('answers everybody if bots are replaced first: their orders wait for a new engine', async () => {
    const engine = await fleet.engine();
    const bot = await fleet.bot(0);
    await fleet.bot(1);
    await fleet.nextBot(0);
    await stop(bot);
    const [newer, older] = [fleet.ask(0), fleet.ask(1)];
    await expectPoems([older]);
    expect(newer.messages.every(({ embeds }) => (embeds ?? []).length === 0)).toBe(true);
    await fleet.nextEngine();
    await expectPoems([newer]);
    const askers = asking();
    await stop(engine);
    const asked = askers.stop();
    await expectPoems([...asked, fleet.ask(0), fleet.ask(1)]);
  });
});
