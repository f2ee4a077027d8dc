/** The choices that Discord offers while a user types the value of an option. */

import type {
  APIApplicationCommandAutocompleteInteraction,
  APIApplicationCommandOptionChoice,
} from 'discord.js';
import { optionsOf, type SuggestionContext } from '../command.ts';
import { commandMeant } from './command-options.ts';

/** Discord's limits: at most 25 choices, of at most 100 UTF-16 units each. */
const MAX_CHOICES = 25;
const MAX_CHOICE_LENGTH = 100;

/** The choices for the option that the user is typing in. None if that option has no suggestions. */
export async function suggestionsFor(
  data: APIApplicationCommandAutocompleteInteraction['data'],
  context: SuggestionContext,
): Promise<APIApplicationCommandOptionChoice[]> {
  const { command, given } = commandMeant(data);
  const typed = given.find((option) => 'focused' in option && option.focused === true);
  if (!command || !typed) return [];
  const option = optionsOf(command).find(([known]) => known === typed.name)?.[1];
  if (option?.kind !== 'text' || !option.suggest) return [];
  const suggestions = await option.suggest(String(typed.value), context);
  return suggestions
    .filter(({ label, value }) => fits(label) && fits(value))
    .slice(0, MAX_CHOICES)
    .map(({ label, value }) => ({ name: label, value }));
}

function fits(text: string): boolean {
  return text.length > 0 && text.length <= MAX_CHOICE_LENGTH;
}
