/**
 * `npm run attack`: attacks the program in many ways, and prints a table of what happened. It takes minutes, needs no
 * network, and is no part of `npm test`. It runs in a checkout only: it uses what the tests use.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { count, oneOf, runCommand } from '../src/cli/command.ts';
import { Random } from '../src/model/random.ts';
import { type Attack, Tally } from './attack.ts';
import { bitFlips } from './bit-flips.ts';
import { clockSteps } from './clock-steps.ts';
import { commandLines } from './command-lines.ts';
import { engineFaults } from './engine-faults.ts';
import { gatewayBreaks } from './gateway-breaks.ts';
import { interactions } from './interactions.ts';
import { type AttackResult, resultOf, tableOf } from './table.ts';
import { trainingKills } from './training-kills.ts';

const ATTACKS: readonly Attack[] = [
  commandLines,
  interactions,
  engineFaults,
  trainingKills,
  bitFlips,
  clockSteps,
  gatewayBreaks,
];

/** An attack ends after this time, however many tries it has made. */
const LIMIT_MS = { full: 10 * 60_000, quick: 60_000 };

const OPTIONS = {
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
} as const;

const HELP = `npm run attack -- [--quick] [--only NAME] [--seed N] [--json]

  --quick       fewer tries: about two minutes instead of about half an hour
  --only NAME   one attack: ${ATTACKS.map(({ name }) => `'${name}'`).join(', ')}
  --seed N      other random tries (default: 1); the moments of kills and faults are random in any case
  --json        the last line is the results as JSON

${ATTACKS.map(({ name, what }) => `  ${name.padEnd(18)}${what}`).join('\n')}

Everything happens in this process, in child processes and on 127.0.0.1. The exit code is 1 if there is a fault.`;

await runCommand(async () => {
  const { values } = parseArgs(OPTIONS);
  if (values.help) {
    console.log(HELP);
    return;
  }
  const names = ATTACKS.map(({ name }) => name);
  const only = values.only === undefined ? null : oneOf('only', names, values.only);
  const seed = count('seed', values.seed);
  const results: AttackResult[] = [];
  for (const attack of ATTACKS) {
    if (only !== null && attack.name !== only) continue;
    console.error(`${attack.name}: ${attack.what}`);
    results.push(await resultFor(attack, values.quick ? 'quick' : 'full', seed));
  }
  console.log(tableOf(results));
  if (values.json) console.log(JSON.stringify(results));
  if (results.some(({ faults }) => faults > 0)) process.exitCode = 1;
});

async function resultFor(attack: Attack, size: 'full' | 'quick', seed: number): Promise<AttackResult> {
  const tally = new Tally(attack.tries[size], LIMIT_MS[size]);
  const folder = await mkdtemp(join(tmpdir(), 'shiren-attack-'));
  const startedAt = performance.now();
  try {
    await attack.run(tally, { random: new Random(seed), folder });
  } catch (error) {
    tally.fault(`the attack itself failed: ${error instanceof Error ? error.stack : error}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (tally.tried === 0) tally.fault('nothing was tried');
  return resultOf(attack, tally, (performance.now() - startedAt) / 1000);
}
