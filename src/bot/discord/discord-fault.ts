/**
 * The bot cannot be on Discord; the message is one line that says what to do. In a file of its own, so that
 * whoever catches it need not load discord.js.
 */
export class DiscordFault extends Error {
  override readonly name = 'DiscordFault';
}
