/** What the buttons Another and Other form ask for, derived from the poem above them. */

import { FORM_NAMES, type FormName } from '../../poetry/form.ts';
import type { VerseRequest } from '../../poetry/request.ts';
import type { PoemSpec } from '../answer.ts';

/** The spec with a new seed. The action `form` also takes the next form of the list, after the last the first. */
export function variationOf(spec: PoemSpec, action: 'again' | 'form', seed: number): PoemSpec {
  return { ...spec, seed, request: action === 'form' ? inNextForm(spec.request) : spec.request };
}

function inNextForm(request: VerseRequest): VerseRequest {
  if (request.kind === 'acrostic') return { ...request, length: request.length === 5 ? 7 : 5 };
  return { ...request, form: formAfter(request.form) };
}

function formAfter(form: FormName): FormName {
  return FORM_NAMES[FORM_NAMES.indexOf(form) + 1] ?? FORM_NAMES[0];
}
