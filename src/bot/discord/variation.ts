/** What the buttons under a poem ask for: the same again, or the same in another form. */

import { FORM_NAMES, type FormName } from '../../poetry/form.ts';
import type { VerseRequest } from '../../poetry/request.ts';
import type { VerseAsk } from '../answer.ts';

/** The ask with a new seed; with `form`, in the next form as well, round and round. */
export function varied(ask: VerseAsk, action: 'again' | 'form', seed: number): VerseAsk {
  return { ...ask, seed, request: action === 'form' ? inNextForm(ask.request) : ask.request };
}

function inNextForm(request: VerseRequest): VerseRequest {
  if (request.kind === 'acrostic') return { ...request, length: request.length === 5 ? 7 : 5 };
  const next = (FORM_NAMES.indexOf(request.form) + 1) % FORM_NAMES.length;
  return { ...request, form: FORM_NAMES[next] as FormName };
}
