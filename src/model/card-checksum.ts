/** The checksum of a card over its own content. Cards of older versions have none. */

import { createHash } from 'node:crypto';
import type { Card } from './card.ts';

/** The card with its checksum, in place of one that it may have. */
export function sealCard({ sha256: _, ...content }: Card): Card {
  return { ...content, sha256: digest(content) };
}

/** True if a card, as read from its file, has the checksum of its content, or none. */
export function isSealIntact(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || !('sha256' in json)) return true;
  const { sha256, ...content } = json;
  return sha256 === digest(content);
}

/** The text of parsed JSON does not depend on how the file is laid out. */
function digest(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
