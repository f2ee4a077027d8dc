/**
 * Encodes a button's action and its poem's spec in the button's custom id. The bot stores nothing about a poem, so
 * buttons work after a restart. A keyed checksum (HMAC-SHA-256, RFC 2104) makes forged ids invalid.
 *
 * A custom id has at most 100 UTF-16 units. In order: the checksum (8 base64url digits), the version (1), the action
 * (1), the form or line length (1), mood, meter and script (1), the rhyme (1), the seed (6), the asker (11), then the
 * opening or the heads, a separator, and the title.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CardStyle } from '../../card/card.ts';
import { FORM_NAMES } from '../../poetry/form.ts';
import { METERS, MOODS, SCRIPTS } from '../../poetry/request.ts';
import type { PoemSpec } from '../answer.ts';
import { RHYME_NAMES } from '../rhyme-name.ts';

/** The buttons under a poem, in the order in which they are shown. */
export const POEM_ACTIONS = ['again', 'form', 'report', 'card', 'keep'] as const;
/** Every action. A custom id holds the index of its action, so a new one is added at the end. */
export const ACTIONS = [
  'again',
  'form',
  'report',
  'card',
  'card-dark',
  'card-horizontal',
  'card-horizontal-dark',
  'keep',
  'mend',
  'mend-pick',
] as const;
export type Action = (typeof ACTIONS)[number];

/** The look of the card that an action asks for; null if it asks for none. */
export function styleOf(action: Action): CardStyle | null {
  if (!action.startsWith('card')) return null;
  return {
    layout: action.includes('horizontal') ? 'horizontal' : 'vertical',
    paper: action.includes('dark') ? 'dark' : 'light',
  };
}

/** The action that asks for a card of this look. */
export function cardAction({ layout, paper }: CardStyle): Action {
  if (layout === 'horizontal') return paper === 'dark' ? 'card-horizontal-dark' : 'card-horizontal';
  return paper === 'dark' ? 'card-dark' : 'card';
}

export interface Button {
  readonly action: Action;
  readonly spec: PoemSpec;
  /** The id of the user whose poem it is. */
  readonly asker: string;
}

const VERSION = '1';
const MAX_LENGTH = 100;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SEED_DIGITS = 6; // 32 bits
const ASKER_DIGITS = 11; // 64 bits
const CHECKSUM_DIGITS = 8; // 48 bits
const LENGTHS = [5, 7] as const;
/** Separates the opening or heads from the title. They cannot contain it. */
const SEPARATOR = '|';

export class ButtonCodec {
  readonly #key: Buffer;

  /** The key is derived from the bot's token, so buttons stay valid until the token is reset. */
  constructor(token: string) {
    this.#key = createHmac('sha256', token).update('shiren buttons').digest();
  }

  /** Throws `RangeError` if the state is too long for a custom id. No valid request is. */
  encode({ action, spec, asker }: Button): string {
    const { request } = spec;
    const shape =
      request.kind === 'poem'
        ? FORM_NAMES.indexOf(request.form)
        : FORM_NAMES.length + LENGTHS.indexOf(request.length);
    const script = spec.script === null ? 0 : 1 + SCRIPTS.indexOf(spec.script);
    const state = [
      VERSION,
      digits(ACTIONS.indexOf(action), 1),
      digits(shape, 1),
      digits(MOODS.indexOf(spec.mood) * 12 + METERS.indexOf(request.meter) * 3 + script, 1),
      digits(RHYME_NAMES.indexOf(request.rhyme), 1),
      digits(spec.seed, SEED_DIGITS),
      digits(asker, ASKER_DIGITS),
      (request.kind === 'poem' ? request.opening : request.heads) + SEPARATOR + request.title,
    ].join('');
    const id = this.#checksum(state) + state;
    if (id.length > MAX_LENGTH) throw new RangeError(`A button's state takes ${id.length} characters.`);
    return id;
  }

  /** Null if the id is forged, or was encoded by another version or with another token. */
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
    const [fixed = '', title = ''] = text.split(SEPARATOR);
    const form = FORM_NAMES[shape];
    const length = LENGTHS[shape - FORM_NAMES.length];
    const common = { meter, rhyme };
    const request = form
      ? ({ kind: 'poem', opening: fixed, title, form, ...common } as const)
      : length && ({ kind: 'acrostic', heads: fixed, title, length, ...common } as const);
    if (!request) return null;
    const spec = { request, mood, seed: number(seedAt, askerAt), script: SCRIPTS[(choices % 3) - 1] ?? null };
    return { action, spec, asker: undigits(state.slice(askerAt, textAt)).toString() };
  }

  #checksum(state: string): string {
    return createHmac('sha256', this.#key).update(state).digest('base64url').slice(0, CHECKSUM_DIGITS);
  }
}

/** `value` in base 64 with `count` digits, most significant first. */
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
