/**
 * The state of a poem inside its buttons. Nothing is remembered between a poem and a click, so that buttons work
 * after a restart; a keyed checksum keeps anybody from writing a state of their own.
 *
 * A custom id has at most 100 UTF-16 units: a version, the action, three packed characters of choices, the seed
 * in 6 characters and the asker in 11 (base64url digits), the checksum in 8, then the texts.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { FORM_NAMES } from '../../poetry/form.ts';
import { METERS, MOODS, SCRIPTS } from '../../poetry/request.ts';
import type { VerseAsk } from '../answer.ts';
import { RHYME_NAMES } from '../rhyme-name.ts';

export const ACTIONS = ['again', 'form', 'report'] as const;
export type Action = (typeof ACTIONS)[number];

export interface Button {
  readonly action: Action;
  readonly ask: VerseAsk;
  /** The user whose poem it is. */
  readonly asker: string;
}

const VERSION = '1';
const LONGEST = 100;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SEED_DIGITS = 6; // 32 bits
const ASKER_DIGITS = 11; // 64 bits
const CHECKSUM_DIGITS = 8; // 48 bits
const LENGTHS = [5, 7] as const;
/** Parts the opening from the title; no hanzi. */
const PARTING = '|';

export class ButtonCodec {
  readonly #key: Buffer;

  /** The key comes from the bot's token, so it lasts as long as the buttons should. */
  constructor(token: string) {
    this.#key = createHmac('sha256', token).update('shiren buttons').digest();
  }

  /** Throws `RangeError` where the state is too long for a custom id, which no legal request is. */
  encode({ action, ask, asker }: Button): string {
    const { request } = ask;
    const shape =
      request.kind === 'poem'
        ? FORM_NAMES.indexOf(request.form)
        : FORM_NAMES.length + LENGTHS.indexOf(request.length);
    const script = ask.script === null ? 0 : 1 + SCRIPTS.indexOf(ask.script);
    const state = [
      VERSION,
      digits(ACTIONS.indexOf(action), 1),
      digits(shape, 1),
      digits(MOODS.indexOf(ask.mood) * 12 + METERS.indexOf(request.meter) * 3 + script, 1),
      digits(RHYME_NAMES.indexOf(request.rhyme), 1),
      digits(ask.seed, SEED_DIGITS),
      digits(asker, ASKER_DIGITS),
      request.kind === 'poem' ? request.opening + PARTING + request.title : request.heads,
    ].join('');
    const id = this.#checksum(state) + state;
    if (id.length > LONGEST) throw new RangeError(`A button's state takes ${id.length} characters.`);
    return id;
  }

  /** Null for what is forged, or written by another version or with another token. */
  decode(id: string): Button | null {
    const checksum = id.slice(0, CHECKSUM_DIGITS);
    const state = id.slice(CHECKSUM_DIGITS);
    const expected = Buffer.from(this.#checksum(state));
    const given = Buffer.from(checksum);
    if (given.length !== expected.length || !timingSafeEqual(given, expected) || state[0] !== VERSION)
      return null;
    const seedAt = 5;
    const askerAt = seedAt + SEED_DIGITS;
    const textAt = askerAt + ASKER_DIGITS;
    const number = (from: number, to = from + 1) => Number(undigits(state.slice(from, to)));
    const action = ACTIONS[number(1)];
    const shape = number(2);
    const choices = number(3);
    const mood = MOODS[Math.floor(choices / 12)];
    const meter = METERS[Math.floor(choices / 3) % 4];
    const rhyme = RHYME_NAMES[number(4)];
    if (!action || !mood || !meter || rhyme === undefined) return null;
    const text = state.slice(textAt);
    const [opening = '', title = ''] = text.split(PARTING);
    const form = FORM_NAMES[shape];
    const length = LENGTHS[shape - FORM_NAMES.length];
    const wishes = { meter, rhyme };
    const request = form
      ? ({ kind: 'poem', opening, title, form, ...wishes } as const)
      : length && ({ kind: 'acrostic', heads: text, length, ...wishes } as const);
    if (!request) return null;
    const ask = { request, mood, seed: number(seedAt, askerAt), script: SCRIPTS[(choices % 3) - 1] ?? null };
    return { action, ask, asker: undigits(state.slice(askerAt, textAt)).toString() };
  }

  #checksum(state: string): string {
    return createHmac('sha256', this.#key).update(state).digest('base64url').slice(0, CHECKSUM_DIGITS);
  }
}

/** `value` in base 64, most significant digit first. */
function digits(value: number | string, count: number): string {
  let rest = BigInt(value);
  let out = '';
  for (let i = 0; i < count; i++) {
    out = DIGITS[Number(rest & 63n)] + out;
    rest >>= 6n;
  }
  return out;
}

function undigits(text: string): bigint {
  let value = 0n;
  for (const digit of text) value = (value << 6n) | BigInt(DIGITS.indexOf(digit));
  return value;
}
