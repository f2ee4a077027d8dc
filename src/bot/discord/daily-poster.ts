/**
 * Posts the daily poems when their time has come. It looks into the database every few seconds instead of setting a
 * timer for each poem: so it sees what other bots and the commands have changed, and a computer that slept, a clock that
 * was set and a restart need nothing more.
 */

import { setTimeout as pause } from 'node:timers/promises';
import type { Inference } from '../../service/inference.ts';
import type { Claim, DailyClaims, PostOutcome } from '../daily/daily-claims.ts';
import { dailyNonce, dailySpec, NOBODY } from '../daily/daily-poem.ts';
import { type Daily, type DailyStore, MAX_REFUSALS } from '../daily/daily-store.ts';
import { scriptOf } from '../locale.ts';
import type { Log } from '../log.ts';
import { prepareVerse } from '../prepare-poem.ts';
import type { ButtonCodec } from './button.ts';
import { type ChannelPosts, type PostedMessage, PostRefused } from './channel-posts.ts';
import { dailyMessage, refusalMessage } from './daily-message.ts';

/** A poem comes at most so much later than its hour, beside the time that it takes to write it. */
const POLL_MS = 5_000;

/** A poem that could not be posted at its hour is posted within this time. After that the day is left out. */
export const LATE_MS = 6 * 3_600_000;

/** So many poems are written and posted at once. */
const AT_ONCE = 4;

/** Discord remembers a nonce for a few minutes; it does not say how many. */
const NONCE_MS = 180_000;

/** The clocks of this machine and of Discord may differ by so much. */
const SKEW_MS = 60_000;

const PRUNE_MS = 3_600_000;

export interface DailyServices {
  /** The application id. */
  readonly bot: string;
  readonly store: DailyStore;
  readonly claims: DailyClaims;
  readonly posts: Pick<ChannelPosts, 'post' | 'tell' | 'hasPosted'>;
  readonly inference: Inference;
  readonly codec: ButtonCodec;
  readonly log: Log;
  /** Counts the poems by outcome. */
  count(outcome: PostOutcome): void;
  /** Unix milliseconds. */
  now(): number;
}

export class DailyPoster {
  readonly #services: DailyServices;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #failing = false;
  #prunedAt = Number.NEGATIVE_INFINITY;

  constructor(services: DailyServices) {
    this.#services = services;
  }

  /** Begins to look for due poems. */
  start(): void {
    this.#running = this.#run();
  }

  /** Finishes the poems under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.poll();
      await pause(POLL_MS, null, { signal, ref: false }).catch(() => {});
    }
  }

  /** Posts what is due. Never throws. */
  async poll(): Promise<void> {
    const { store, bot, log } = this.#services;
    try {
      if (this.#services.now() - this.#prunedAt >= PRUNE_MS) {
        await store.prune();
        this.#prunedAt = this.#services.now();
      }
      const due = [...(await store.due(bot))];
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work(due)));
      this.#failing = false;
    } catch (error) {
      // The database may be away for a while. One line says so.
      if (!this.#failing) log.warn({ err: error }, 'The daily poems cannot be served; trying again');
      this.#failing = true;
    }
  }

  /** Throws the first error at the end: one server must not keep the others from their poems. */
  async #work(due: Daily[]): Promise<void> {
    const errors: unknown[] = [];
    for (let daily = due.shift(); daily && !this.#stop.signal.aborted; daily = due.shift()) {
      await this.#serve(daily).catch((error) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }

  async #serve(daily: Daily): Promise<void> {
    const { claims, store, log } = this.#services;
    const claim = await claims.claim(daily);
    if ('done' in claim) {
      if (claim.done) await store.advance(daily, daily);
      return;
    }
    try {
      await this.#finish(daily, await this.#outcome(daily, claim));
    } catch (error) {
      if (error instanceof PostRefused) {
        await this.#refused(daily, error);
      } else {
        log.warn({ err: error, guild: daily.guild }, 'A daily poem could not be posted yet; trying again');
        await claims.release(daily);
      }
    }
  }

  /** Null if this process has lost the claim. Throws {@link PostRefused}, or any other error if it is worth another try. */
  async #outcome(daily: Daily, claim: Claim): Promise<PostOutcome | null> {
    const { claims, posts, now, log } = this.#services;
    if (claim.perhapsPostedAt !== null && (await this.#wasPosted(daily, claim.perhapsPostedAt)))
      return 'posted';
    if (now() > daily.next.at + LATE_MS) {
      log.warn(
        { guild: daily.guild, day: daily.next.day },
        'A daily poem was left out: it is too late for it',
      );
      return 'missed';
    }
    const body = await this.#write(daily);
    if (!(await claims.sending(daily))) return null;
    await posts.post(daily.channel, body, dailyNonce(daily.guild, daily.next.day));
    return 'posted';
  }

  async #write(daily: Daily) {
    const { inference, codec } = this.#services;
    const { guild, locale } = daily;
    const spec = dailySpec(guild, daily.next.day, daily);
    // The limits are for people who ask.
    const asker = { user: NOBODY, guild: null, owner: true };
    const poem = await prepareVerse(spec, { inference, asker, script: scriptOf(locale) })({});
    return dailyMessage(poem, daily, codec);
  }

  /** Whether the poem is in the channel, although the process that was about to post it has not said so. */
  async #wasPosted(daily: Daily, perhapsAt: number): Promise<boolean> {
    const { posts, codec, now, log } = this.#services;
    const { seed } = dailySpec(daily.guild, daily.next.day, daily);
    const isIt = ({ components = [] }: PostedMessage) =>
      components.some(
        (row) =>
          'components' in row &&
          row.components.some((part) => {
            const button = 'custom_id' in part ? codec.decode(part.custom_id) : null;
            return button?.asker === NOBODY && button.spec.seed === seed;
          }),
      );
    const found = await posts.hasPosted(daily.channel, perhapsAt - SKEW_MS, isIt);
    if (found !== null) return found;
    // Without the channel's history only the nonce tells. When Discord has forgotten it, a second poem would be worse than
    // none: most requests that were under way have arrived.
    const forgotten = now() - perhapsAt > NONCE_MS;
    if (forgotten) log.warn({ guild: daily.guild }, 'A daily poem is taken to be posted; nobody can tell');
    return forgotten;
  }

  async #finish(daily: Daily, outcome: PostOutcome | null): Promise<void> {
    if (outcome === null) return;
    const { store, claims, log, count } = this.#services;
    // A day that was left out says nothing about permissions.
    await store.advance(daily, outcome === 'missed' ? daily : { refusals: 0, told: false });
    await claims.finish(daily, outcome);
    count(outcome);
    if (outcome === 'posted') log.info({ guild: daily.guild, day: daily.next.day }, 'daily poem');
  }

  /** Tells whoever has set the poem, at the first refusal and at the last. */
  async #refused(daily: Daily, { code }: PostRefused): Promise<void> {
    const { store, claims, posts, log, count } = this.#services;
    const refusals = daily.refusals + 1;
    log.warn({ guild: daily.guild, code, refusals }, 'A daily poem was refused');
    let { told } = daily;
    if (refusals === 1 || refusals >= MAX_REFUSALS) {
      const nonce = dailyNonce(`refusal ${daily.guild}`, daily.next.day);
      told = await posts.tell(daily.setter, refusalMessage(daily, refusals), nonce).catch((error) => {
        log.warn({ err: error }, 'The user who has set a daily poem could not be told');
        return false;
      });
    }
    await store.advance(daily, { refusals, told });
    await claims.finish(daily, 'refused');
    count('refused');
  }
}
