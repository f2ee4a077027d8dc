/** Shows the results of attacks: as a table for people, and as plain data for programs. */

import type { Attack, Tally } from './attack.ts';

export interface AttackResult {
  readonly name: string;
  readonly what: string;
  readonly tried: number;
  readonly faults: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** The first faults. */
  readonly descriptions: readonly string[];
  readonly seconds: number;
}

export function resultOf({ name, what }: Attack, tally: Tally, seconds: number): AttackResult {
  const { tried, faults, descriptions } = tally;
  const outcomes = Object.fromEntries(tally.outcomes);
  return { name, what, tried, faults, outcomes, descriptions, seconds: Math.round(seconds) };
}

/** A table in Markdown, and under it the faults. */
export function tableOf(results: readonly AttackResult[]): string {
  const rows = results.map(({ name, tried, faults, outcomes, seconds }) => {
    const told = Object.entries(outcomes).map(
      ([outcome, times]) => `${outcome} ${times.toLocaleString('en')}`,
    );
    return `| ${name} | ${tried.toLocaleString('en')} | ${faults} | ${told.join(', ')} | ${seconds} s |`;
  });
  const found = results.flatMap(({ name, descriptions }) => descriptions.map((each) => `${name}: ${each}`));
  return [
    '| attack | tries | faults | outcomes | time |',
    '|---|---:|---:|---|---:|',
    ...rows,
    ...(found.length > 0 ? ['', ...found] : []),
  ].join('\n');
}
