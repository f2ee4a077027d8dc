/** /daily: a poem a day in a channel of a server. In the terminal /daily show writes the poem of today. */

import { readTitle } from '../../poetry/compile.ts';
import type { Answer, Entry } from '../answer.ts';
import { type CommandContext, type CommandTask, defineCommand, type Server } from '../command.ts';
import { dayAt, readTime, showTime } from '../daily/civil-time.ts';
import { DEFAULT_FORM, dailySpec } from '../daily/daily-poem.ts';
import { type Daily, type DailyStore, MAX_REFUSALS } from '../daily/daily-store.ts';
import { dayInWords } from '../daily/day-words.ts';
import { readZone, suggestZones, usualZone } from '../daily/time-zones.ts';
import { type Locale, say, scriptOf, texts } from '../locale.ts';
import { excerpt } from '../option-values.ts';
import { FORM, TITLE } from '../options.ts';
import { inScript, markedTitle } from '../poem-layout.ts';
import { NO_EXTRAS, preparePoem } from '../prepare-poem.ts';
import { UserError } from '../user-error.ts';

export const dailySet = defineCommand({
  name: 'daily set',
  managersOnly: true,
  ephemeral: true,
  options: {
    channel: { kind: 'channel', required: true },
    time: { kind: 'text', required: true, minLength: 1, maxLength: 16 },
    timezone: {
      kind: 'text',
      maxLength: 64,
      suggest: async (typed, { locale }) => suggestZones(typed, locale, Date.now()),
    },
    form: FORM,
    theme: TITLE,
  },
  prepare({ channel = '', time = '', timezone, form = DEFAULT_FORM, theme = '' }, context) {
    const { server, daily } = requireServer(context);
    const { locale, asker } = context;
    const minute = readTime(time);
    if (minute === null) throw new UserError('daily-time', { value: excerpt(time) });
    const zone = timezone === undefined ? usualZone(locale) : readZone(timezone);
    if (zone === null) throw new UserError('daily-zone', { value: excerpt(timezone ?? '') });
    const title = readTitle(theme);
    const missing = server.missingToPost(channel) ?? [];
    if (missing.length > 0) {
      const permissions = missing.map((permission) => texts(locale).permissions[permission]).join(', ');
      throw new UserError('daily-missing', { channel: `<#${channel}>`, permissions });
    }
    return async () => {
      const settings = { channel, minute, zone, form, theme: title, locale, setter: asker.user };
      const next = await daily.set(server, settings);
      const values = { channel: `<#${channel}>`, time: showTime(minute), zone, next: inOwnTime(next.at) };
      return { kind: 'notice', text: say(locale, 'daily-set', values) };
    };
  },
});

export const dailyOff = defineCommand({
  name: 'daily off',
  managersOnly: true,
  ephemeral: true,
  options: {},
  prepare(_values, context) {
    const { server, daily } = requireServer(context);
    return async () => {
      const key = (await daily.remove(server)) ? 'daily-off' : 'daily-none';
      return { kind: 'notice', text: say(context.locale, key) };
    };
  },
});

export const dailyShow = defineCommand({
  name: 'daily show',
  managersOnly: true,
  ephemeral: true,
  options: {},
  prepare(_values, context) {
    if (context.platform === 'terminal') return preparePreview(context);
    const { server, daily } = requireServer(context);
    return async () => {
      const found = await daily.get(server);
      return found
        ? page(found, context.locale)
        : { kind: 'notice', text: say(context.locale, 'daily-none') };
    };
  },
});

/** Throws {@link UserError} where there is no server, or if nothing can be stored. */
function requireServer({ server, daily, platform }: CommandContext): {
  readonly server: Server;
  readonly daily: DailyStore;
} {
  if (platform === 'terminal') throw new UserError('daily-terminal');
  if (server === null) throw new UserError('daily-server-only');
  if (daily === null) throw new UserError('daily-storage-none');
  return { server, daily };
}

/** The poem that a server without a theme of its own could get today, with the day above it. */
function preparePreview(context: CommandContext): CommandTask {
  const day = dayAt(Date.now(), Intl.DateTimeFormat().resolvedOptions().timeZone);
  const spec = dailySpec('terminal', day, { form: DEFAULT_FORM, theme: '' });
  const write = preparePoem(spec, NO_EXTRAS, context);
  const heading = say(context.locale, 'daily-header', { date: dayInWords(day, context.locale) });
  return async (options) => ({ ...(await write(options)), heading });
}

function page(daily: Daily, locale: Locale): Answer {
  const { daily: words, choices } = texts(locale);
  const { channel, minute, zone, form, theme, setter, stopped } = daily;
  const entries: Entry[] = [
    { term: words.channel, text: `<#${channel}>` },
    { term: words.time, text: `${showTime(minute)} (${zone})` },
    ...(stopped ? [] : [{ term: words.next, text: nextInWords(daily, locale) }]),
    { term: words.form, text: choices.form[form] },
    { term: words.theme, text: theme === '' ? words.seasons : theme },
    { term: words.setter, text: `<@${setter}>` },
    ...troubleOf(daily, locale).map((text) => ({ text })),
  ];
  return { kind: 'page', title: words.title, entries };
}

/** The time in the reader's own zone, which Discord's clients show, and the theme of that day. */
function nextInWords({ next, guild, form, theme }: Daily, locale: Locale): string {
  const { title } = dailySpec(guild, next.day, { form, theme }).request;
  return `${inOwnTime(next.at)} · ${markedTitle(inScript(title, scriptOf(locale)))}`;
}

/** What keeps the bot from posting, if anything does. */
function troubleOf({ refusals, told, stopped, setter }: Daily, locale: Locale): readonly string[] {
  if (refusals === 0) return [];
  const key = stopped ? 'daily-has-stopped' : 'daily-refused';
  const trouble = say(locale, key, { days: refusals, limit: MAX_REFUSALS });
  return told ? [trouble] : [trouble, say(locale, 'daily-untold', { user: `<@${setter}>` })];
}

/** A moment that each reader sees in their own time zone: https://discord.com/developers/docs/reference#message-formatting */
function inOwnTime(at: number): string {
  return `<t:${Math.floor(at / 1000)}:F>`;
}
