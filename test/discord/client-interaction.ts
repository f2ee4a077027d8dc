/** One interaction from the user's side: what the bot answered, and which messages the user has seen. */

import { alreadyAcknowledged, invalidForm, unknownInteraction, unknownMessage } from './api-error.ts';
import { checkMessage, type MessageBody, pings, type SentFile } from './message-rules.ts';
import { snowflake } from './snowflake.ts';

export interface ShownMessage extends MessageBody {
  readonly id: string;
  /** Only the asker sees it. */
  readonly ephemeral: boolean;
  /** A deferred message, which Discord shows as “… is thinking”. */
  readonly loading: boolean;
  readonly files: readonly SentFile[];
  readonly edits: number;
}

export interface Choice {
  readonly name: string;
  readonly value: string | number;
}

/** The types of interactions, by Discord's numbers. */
export const COMMAND = 2;
export const COMPONENT = 3;
export const AUTOCOMPLETE = 4;

interface Callback {
  readonly type: number;
  readonly data?: MessageBody & { readonly choices?: readonly Choice[] };
}

/** Discord refuses a first answer that comes later. */
const FIRST_ANSWER_MS = 3000;
/** How long a test waits for something. Long, because the machine may be busy. */
const PATIENCE_MS = 60_000;
const EPHEMERAL = 64;

export class ClientInteraction {
  readonly id = snowflake();
  readonly token = `aW50ZXJhY3Rpb246${this.id}secret`;
  readonly #startedAt = performance.now();
  /** The type of the first answer, by Discord's numbers. */
  acknowledgement: number | null = null;
  choices: readonly Choice[] | null = null;
  /** All messages that are shown, the answer first. Deleted messages are not in it. */
  messages: ShownMessage[] = [];
  #original: string | null = null;
  /** What was shown after each change, and how many milliseconds after the start, for what a failing test prints. */
  readonly history: string[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(
    readonly kind: number,
    /** The message whose component was used. */
    readonly source: ShownMessage | null = null,
  ) {}

  /** Handles `POST …/callback`. Throws the error that Discord would answer. */
  acknowledge({ type, data = {} }: Callback, files: readonly SentFile[]): void {
    if (performance.now() - this.#startedAt > FIRST_ANSWER_MS) throw unknownInteraction();
    if (this.acknowledgement !== null) throw alreadyAcknowledged();
    const allowed = { [COMMAND]: [4, 5, 9], [COMPONENT]: [4, 5, 6, 7, 9], [AUTOCOMPLETE]: [8] }[this.kind];
    if (!allowed?.includes(type)) throw invalidForm('type', 'BASE_TYPE_CHOICES', `Type ${type} does not fit`);
    const ephemeral = ((data.flags ?? 0) & EPHEMERAL) !== 0;
    if (type === 4) this.#original = this.#show(data, files, ephemeral).id;
    if (type === 5) this.#original = this.#add({ ephemeral, loading: true, files: [] }).id;
    if (type === 6 || type === 7) {
      if (!this.source) throw new Error('only a button has a message to change');
      this.messages.push({ ...this.source, edits: 0 });
      this.#original = this.source.id;
      if (type === 7) this.#change(data, files);
    }
    if (type === 8) this.choices = checkChoices(data.choices);
    this.acknowledgement = type;
    this.#changed();
  }

  /** The message that `@original` means. */
  original(): ShownMessage {
    const found = this.messages.find(({ id }) => id === this.#original);
    if (!found) throw unknownMessage();
    return found;
  }

  editOriginal(body: MessageBody, files: readonly SentFile[]): ShownMessage {
    this.original();
    this.#change(body, files);
    this.#changed();
    return this.original();
  }

  deleteOriginal(): void {
    const { id } = this.original();
    this.messages = this.messages.filter((message) => message.id !== id);
    this.#original = null;
    this.#changed();
  }

  /** Handles a POST to the webhook. The first one fills in a deferred message, which stays ephemeral or public. */
  followUp(body: MessageBody, files: readonly SentFile[]): ShownMessage {
    if (this.acknowledgement === null) throw unknownMessage();
    const waiting = this.messages.find((message) => message.loading);
    if (waiting) return this.editOriginal(body, files);
    const shown = this.#show(body, files, ((body.flags ?? 0) & EPHEMERAL) !== 0);
    this.#changed();
    return shown;
  }

  /** Resolves with the first truthy result of `find`, which is called after every change. Rejects after `limitMs`. */
  async until<T>(
    find: (interaction: this) => T | null | undefined | false,
    limitMs = PATIENCE_MS,
  ): Promise<T> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const found = find(this);
      if (found) return found;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`not seen in ${limitMs} ms; shown: ${JSON.stringify(this.messages)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(wake, left);
        const watchers = this.#watchers;
        function wake(): void {
          clearTimeout(timer);
          watchers.delete(wake);
          resolve();
        }
        watchers.add(wake);
      });
    }
  }

  /** The answer, once it is there and no longer a deferred message. */
  answer(limitMs?: number): Promise<ShownMessage> {
    return this.until(({ messages }) => {
      const first = messages[0];
      return this.acknowledgement !== null &&
        first &&
        !first.loading &&
        (first.edits > 0 || this.acknowledgement !== 6)
        ? first
        : null;
    }, limitMs);
  }

  /** Resolves when the bot has given a first answer. */
  async acknowledged(): Promise<void> {
    await this.until(({ acknowledgement }) => acknowledgement);
  }

  #show(body: MessageBody, files: readonly SentFile[], ephemeral: boolean): ShownMessage {
    checkMessage(body, files);
    if (pings(body)) throw new Error(`a message pings people: ${JSON.stringify(body)}`);
    return this.#add({ ...body, ephemeral, loading: false, files });
  }

  #change(body: MessageBody, files: readonly SentFile[]): void {
    checkMessage(body, files);
    if (pings(body)) throw new Error(`a message pings people: ${JSON.stringify(body)}`);
    this.messages = this.messages.map((message) =>
      message.id === this.#original
        ? {
            ...message,
            ...body,
            // Discord keeps the files that a message had, unless the edit lists its attachments without them.
            files: [...keptFiles(message, body), ...files],
            loading: false,
            edits: message.edits + 1,
          }
        : message,
    );
  }

  #add(message: Omit<ShownMessage, 'id' | 'edits'>): ShownMessage {
    const added = { ...message, id: snowflake(), edits: 0 };
    this.messages.push(added);
    return added;
  }

  #changed(): void {
    const shown = this.messages.map(({ content, embeds, ephemeral, loading }) =>
      [
        loading ? 'thinking' : content || (embeds ?? []).map(({ title }) => `《${title}》`).join(),
        ephemeral ? 'ephemeral' : '',
      ].join(' '),
    );
    this.history.push(`${Math.round(performance.now() - this.#startedAt)} ms: ${shown.join(' | ')}`);
    for (const wake of [...this.#watchers]) wake();
  }
}

/** New attachments are listed with their filename, those that stay only with the id that the message gave them. */
function keptFiles({ files }: ShownMessage, { attachments }: MessageBody): readonly SentFile[] {
  if (!attachments) return files;
  const ids = attachments.filter(({ filename }) => filename === undefined).map(({ id }) => String(id));
  return files.filter((_, at) => ids.includes(String(at)));
}

function checkChoices(choices: readonly Choice[] | undefined): readonly Choice[] {
  if (!choices) throw invalidForm('data.choices', 'BASE_TYPE_REQUIRED', 'This field is required');
  if (choices.length > 25) throw invalidForm('data.choices', 'BASE_TYPE_MAX_LENGTH', 'At most 25 choices');
  for (const { name, value } of choices) {
    const ok = name.length >= 1 && name.length <= 100 && String(value).length <= 100;
    if (!ok) throw invalidForm('data.choices', 'BASE_TYPE_BAD_LENGTH', 'From 1 to 100 characters');
  }
  return choices;
}
