/**
 * The file from which a run goes on: step, parameters and optimiser slots in full precision.
 *
 * Layout: the length of a JSON header as an unsigned 32-bit little-endian integer, the header, then the arrays
 * as little-endian float32 in the header's order. One file, written beside and renamed, so that there is never
 * half a state.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../system/atomic-write.ts';
import { OperatorError } from '../system/operator-error.ts';
import type { TrainerState } from './trainer.ts';

interface Header {
  readonly format: 'shiren-state';
  readonly version: 1;
  readonly step: number;
  /** What the caller wants to find unchanged: recipe, corpus. */
  readonly about: unknown;
  readonly arrays: readonly {
    readonly kind: 'parameter' | 'slot';
    readonly name: string;
    readonly length: number;
  }[];
  /** Of all array bytes, hexadecimal. */
  readonly sha256: string;
}

/** A state file that cannot be used. */
export class StateError extends OperatorError {
  override readonly name = 'StateError';
}

export async function writeState(path: string, state: TrainerState, about: unknown): Promise<void> {
  const arrays: { kind: 'parameter' | 'slot'; name: string; length: number }[] = [];
  const data: Uint8Array[] = [];
  for (const kind of ['parameter', 'slot'] as const) {
    for (const [name, values] of kind === 'parameter' ? state.parameters : state.slots) {
      arrays.push({ kind, name, length: values.length });
      data.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  }
  const digest = createHash('sha256');
  for (const bytes of data) digest.update(bytes);
  const header: Header = {
    format: 'shiren-state',
    version: 1,
    step: state.step,
    about,
    arrays,
    sha256: digest.digest('hex'),
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  await writeAtomically(path, length, json, ...data);
}

/** Throws {@link StateError} where the file is not a whole state; the usual file errors where it cannot be read. */
export async function readState(path: string): Promise<{ state: TrainerState; about: unknown }> {
  const bytes = await readFile(path);
  let header: Header;
  let offset: number;
  try {
    offset = 4 + bytes.readUInt32LE(0);
    header = JSON.parse(bytes.toString('utf8', 4, offset)) as Header;
  } catch {
    throw new StateError(`${path} is not a training state`);
  }
  if (header.format !== 'shiren-state' || header.version !== 1) {
    throw new StateError(`${path} is not a training state that this version reads`);
  }
  if (createHash('sha256').update(bytes.subarray(offset)).digest('hex') !== header.sha256) {
    throw new StateError(`${path} is damaged: its checksum does not match`);
  }
  const parameters = new Map<string, Float32Array>();
  const slots = new Map<string, Float32Array>();
  for (const { kind, name, length } of header.arrays) {
    // A copy, since the header's length leaves the data at any alignment.
    const copy = bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + 4 * length);
    (kind === 'parameter' ? parameters : slots).set(name, new Float32Array(copy));
    offset += 4 * length;
  }
  return { state: { step: header.step, parameters, slots }, about: header.about };
}
