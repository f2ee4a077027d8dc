/**
 * Forges interactions: buttons whose ids were changed or made up, under messages that show no poem, and commands with
 * values that no client sends. None may be taken for a real button, and each gets one answer that Discord accepts.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type APIInteraction, REST } from 'discord.js';
import { pino } from 'pino';
import { COMMANDS } from '../src/bot/command-list.ts';
import { ACTIONS, ButtonCodec } from '../src/bot/discord/button.ts';
import { InteractionHandler } from '../src/bot/discord/interaction-handler.ts';
import { InteractionMetrics } from '../src/bot/discord/interaction-metrics.ts';
import { OPTION_NAMES } from '../src/bot/names.ts';
import type { Random } from '../src/model/random.ts';
import { FORM_NAMES } from '../src/poetry/form.ts';
import { MOODS } from '../src/poetry/request.ts';
import { FakeStudio } from '../test/bot/fake-studio.ts';
import { checkMessage } from '../test/discord/message-rules.ts';
import { type Attack, pick, type Tally } from './attack.ts';
import { damaged, garbage } from './garbage.ts';
import { InstantInference } from './instant-inference.ts';

/** Forged ids that are only decoded, for each interaction that is delivered. */
const IDS_A_DELIVERY = 9;
/** So many people, so that the limits of one person do not answer everything. */
const PEOPLE = 5000;

export const interactions: Attack = {
  name: 'interactions',
  what: 'forged buttons and commands; no forged id is taken, each delivery has one right answer',
  tries: { full: 200_000, quick: 4000 },
  async run(tally, { random }) {
    const codec = new ButtonCodec('a token of the attack');
    const bot = new ForgedDelivery(tally, codec);
    while (!tally.isOver) {
      for (let n = 0; n < IDS_A_DELIVERY; n++) {
        tally.tried++;
        tryId(tally, codec, random);
      }
      tally.tried++;
      await bot.deliver(random);
    }
  },
};

function tryId(tally: Tally, codec: ButtonCodec, random: Random): void {
  const real = realId(codec, random);
  const id = random.below(4) === 0 ? garbage(random, 100) : damaged(random, real);
  if (id === real) return;
  try {
    if (codec.decode(id) === null) tally.count('ids refused');
    else tally.fault(`taken for a button: ${JSON.stringify(id)}`);
  } catch (error) {
    tally.fault(`${error} for the id ${JSON.stringify(id)}`);
  }
}

function realId(codec: ButtonCodec, random: Random): string {
  const request = {
    kind: 'poem',
    opening: pick(random, ['', '月', '春眠不觉晓']),
    title: pick(random, ['', '静夜思']),
    form: pick(random, FORM_NAMES),
    meter: 'strict',
    rhyme: 'auto',
  } as const;
  const spec = { request, mood: pick(random, MOODS), seed: random.uint32(), script: null };
  return codec.encode({ action: pick(random, ACTIONS), spec, asker: String(random.uint32()) });
}

interface Sent {
  readonly path: string;
  readonly body: unknown;
}

/** The bot's handler with a Discord that only looks at what it is sent. */
class ForgedDelivery {
  readonly #tally: Tally;
  readonly #codec: ButtonCodec;
  readonly #handler: InteractionHandler;
  #sent: Sent[] = [];
  #logged: string[] = [];
  #deliveries = 0;

  constructor(tally: Tally, codec: ButtonCodec) {
    this.#tally = tally;
    this.#codec = codec;
    const options = {
      api: 'http://discord.invalid/api',
      makeRequest: async (url: string, { body }: { body?: unknown }) => {
        this.#sent.push({ path: new URL(url).pathname, body });
        return new Response(null, { status: 204 }) as never;
      },
    };
    this.#handler = new InteractionHandler({
      rest: new REST(options),
      firstRest: new REST({ ...options, retries: 0 }),
      inference: new InstantInference(),
      studio: new FakeStudio(),
      favourites: null,
      daily: null,
      missingToPost: () => null,
      servedElsewhere: async () => false,
      owners: new Set(),
      codec,
      log: pino({ level: 'warn' }, { write: (entry) => this.#logged.push(entry) }),
      metrics: new InteractionMetrics(),
      drawSeed: () => 1,
    });
  }

  async deliver(random: Random): Promise<void> {
    this.#sent = [];
    this.#logged = [];
    const interaction = this.#interaction(random);
    this.#handler.handle(interaction);
    while (this.#handler.underway > 0) await nextTurn();
    const told = JSON.stringify(interaction).slice(0, 300);
    // Whoever is no owner is told so, and the log has a line.
    for (const line of this.#logged.filter((entry) => !entry.includes('not an owner'))) {
      this.#tally.fault(`logged ${line} for ${told}`);
    }
    const first = this.#sent.filter(({ path }) => path.endsWith('/callback'));
    if (first.length !== 1) this.#tally.fault(`${first.length} first answers to ${told}`);
    for (const { path, body } of this.#sent) this.#check(path, body, told);
    this.#tally.count('delivered and answered');
  }

  #check(path: string, sent: unknown, told: string): void {
    const text = sent instanceof FormData ? String(sent.get('payload_json')) : String(sent ?? '');
    if (text === '') return;
    const body = JSON.parse(text);
    const message = path.endsWith('/callback') ? body.data : body;
    // A deferral has no content, and choices are no message.
    if (!message || !('content' in message || 'embeds' in message || 'components' in message)) return;
    const files = sent instanceof FormData ? [{ name: 'poem.png', text: '' }] : [];
    try {
      checkMessage(message, files);
    } catch (error) {
      this.#tally.fault(`Discord refuses the answer (${error}) to ${told}`);
    }
  }

  #interaction(random: Random): APIInteraction {
    this.#deliveries++;
    const button = random.below(3) > 0;
    const data = button ? this.#button(random) : forgedCommand(random);
    return JSON.parse(
      JSON.stringify({
        id: String(this.#deliveries),
        token: `token${this.#deliveries}`,
        application_id: '9',
        type: button ? 3 : pick(random, [2, 4]),
        version: 1,
        locale: pick(random, ['en-US', 'zh-CN', 'zh-TW', 'ja', 'fr', '', garbage(random, 5)]),
        user: { id: String(random.below(PEOPLE)) },
        data,
        ...(button ? { message: forgedMessage(random) } : {}),
      }),
    );
  }

  #button(random: Random): object {
    const real = realId(this.#codec, random);
    const id = pick(random, [real, real, damaged(random, real), garbage(random, 100)]);
    return { custom_id: id, component_type: 2 };
  }
}

function forgedMessage(random: Random): object {
  const verse = '## 月照山河江水流，春風一夜到揚州。\n## 故人何處千門雪，白髮門前萬里秋。';
  const description = pick(random, [
    undefined,
    '',
    verse,
    damaged(random, verse),
    garbage(random, 200),
    `## ${garbage(random)}`,
  ]);
  const embed = { title: pick(random, [undefined, '', '《静夜思》', garbage(random)]), description };
  const embeds = pick(random, [[], [{}], [embed], [embed, embed]]);
  const attachments = pick(random, [
    [],
    [{ id: '1', filename: 'poem.png', url: 'https://cdn.example/poem.png' }],
  ]);
  return { id: '7', content: garbage(random), embeds, attachments, components: [], channel_id: '0', type: 0 };
}

function forgedCommand(random: Random): object {
  const { name } = pick(random, COMMANDS);
  const options = Array.from({ length: random.below(4) }, () => ({
    name: pick(random, [...OPTION_NAMES, garbage(random, 8)]),
    type: pick(random, [3, 4, 5]),
    value: pick<unknown>(random, ['月', '日红山夜', '静夜思', garbage(random), 1, -1, 1e300, true, 0.5]),
    ...(random.below(3) === 0 ? { focused: true } : {}),
  }));
  return { id: '2', type: 1, name: pick(random, [name, name, garbage(random, 10)]), options };
}
