/**
 * Checks a message as Discord does, by its documentation of messages, embeds and components:
 * https://discord.com/developers/docs/resources/message
 */

import { emptyMessage, invalidForm } from './api-error.ts';

export interface Embed {
  readonly title?: string;
  readonly description?: string;
  readonly footer?: { readonly text: string };
  readonly fields?: readonly { readonly name: string; readonly value: string }[];
}

/** A button (type 2), or a menu of strings (type 3). */
export interface Component {
  readonly type: 2 | 3;
  readonly style?: number;
  readonly label?: string;
  readonly custom_id?: string;
  readonly placeholder?: string;
  readonly options?: readonly {
    readonly label: string;
    readonly value: string;
    readonly description?: string;
  }[];
}

export interface MessageBody {
  readonly content?: string | null;
  readonly embeds?: readonly Embed[];
  readonly components?: readonly { readonly type: 1; readonly components: readonly Component[] }[];
  readonly flags?: number;
  readonly attachments?: readonly {
    readonly id: number | string;
    readonly filename?: string;
    readonly description?: string;
  }[];
  readonly allowed_mentions?: { readonly parse?: readonly string[] };
}

export interface SentFile {
  readonly name: string;
  readonly text: string;
  /** In bytes. */
  readonly size?: number;
  /** The text for screen readers. */
  readonly description?: string;
}

const EPHEMERAL = 64;
const SUPPRESS_EMBEDS = 4;

/** Throws the API's error for the first thing that Discord would refuse. Lengths are in UTF-16 units. */
export function checkMessage(body: MessageBody, files: readonly SentFile[]): void {
  const { content, embeds = [], components = [], flags = 0 } = body;
  if (!content && embeds.length === 0 && files.length === 0 && components.length === 0) throw emptyMessage();
  atMost(content?.length, 2000, 'content');
  atMost(embeds.length, 10, 'embeds');
  let total = 0;
  for (const [at, embed] of embeds.entries()) {
    const { title = '', description = '', footer, fields = [] } = embed;
    atMost(title.length, 256, `embeds.${at}.title`);
    atMost(description.length, 4096, `embeds.${at}.description`);
    atMost(footer?.text.length, 2048, `embeds.${at}.footer.text`);
    atMost(fields.length, 25, `embeds.${at}.fields`);
    total += title.length + description.length + (footer?.text.length ?? 0);
    for (const { name, value } of fields) {
      atMost(name.length, 256, `embeds.${at}.fields.name`);
      atMost(value.length, 1024, `embeds.${at}.fields.value`);
      total += name.length + value.length;
    }
  }
  atMost(total, 6000, 'embeds');
  for (const [at, { description = '' }] of files.entries()) {
    atMost(description.length, 1024, `attachments.${at}.description`);
  }
  checkComponents(components);
  if ((flags & ~(EPHEMERAL | SUPPRESS_EMBEDS)) !== 0)
    throw invalidForm('flags', 'BITFIELD_INVALID', 'Not allowed here');
}

function checkComponents(rows: NonNullable<MessageBody['components']>): void {
  atMost(rows.length, 5, 'components');
  const ids = new Set<string>();
  for (const [at, row] of rows.entries()) {
    if (row.type !== 1) throw invalidForm(`components.${at}`, 'UNION_TYPE_CHOICES', 'An action row');
    if (row.components.length === 0)
      throw invalidForm(`components.${at}`, 'BASE_TYPE_BAD_LENGTH', 'Empty row');
    atMost(row.components.length, 5, `components.${at}.components`);
    for (const component of row.components) {
      const { custom_id: id = '' } = component;
      const path = `components.${at}.components`;
      if (component.type === 3) checkMenu(component, row.components.length, path);
      else checkButton(component, path);
      if (id === '') throw invalidForm(`${path}.custom_id`, 'BASE_TYPE_REQUIRED', 'This field is required');
      atMost(id.length, 100, `${path}.custom_id`);
      if (ids.has(id)) throw invalidForm(path, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Custom id duplicated');
      ids.add(id);
    }
  }
}

function checkButton({ type, style = 0, label = '' }: Component, path: string): void {
  if (type !== 2 || style < 1 || style > 4) throw invalidForm(path, 'UNION_TYPE_CHOICES', 'A button');
  if (label === '') throw invalidForm(path, 'BUTTON_COMPONENT_INVALID', 'A button needs a label');
  atMost(label.length, 80, `${path}.label`);
}

/** A menu takes a row of its own and has from 1 to 25 options, whose values differ. */
function checkMenu({ placeholder, options = [] }: Component, inRow: number, path: string): void {
  if (inRow > 1) throw invalidForm(path, 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'A menu fills its row');
  if (options.length === 0)
    throw invalidForm(`${path}.options`, 'BASE_TYPE_REQUIRED', 'A menu needs options');
  atMost(options.length, 25, `${path}.options`);
  atMost(placeholder?.length, 150, `${path}.placeholder`);
  if (new Set(options.map(({ value }) => value)).size < options.length)
    throw invalidForm(`${path}.options`, 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED', 'Values differ');
  for (const { label, value, description } of options) {
    if (label === '' || value === '') throw invalidForm(`${path}.options`, 'BASE_TYPE_REQUIRED', 'Not empty');
    atMost(label.length, 100, `${path}.options.label`);
    atMost(value.length, 100, `${path}.options.value`);
    atMost(description?.length, 100, `${path}.options.description`);
  }
}

function atMost(length: number | undefined, limit: number, path: string): void {
  if (length !== undefined && length > limit) {
    throw invalidForm(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${limit} or fewer in length.`);
  }
}

/** Whether the message would notify anyone. Embeds never do. */
export function pings(body: MessageBody): boolean {
  const allowed = body.allowed_mentions?.parse ?? ['users', 'roles', 'everyone'];
  return allowed.length > 0 && /@everyone|@here|<@[!&]?\d+>/.test(body.content ?? '');
}
