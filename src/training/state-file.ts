/**
 * The file from which a run resumes: the step, the parameters and the optimiser's slots, in float32.
 *
 * Layout: the length of a JSON header as an unsigned 32-bit little-endian integer; the header; the arrays as little-endian
 * float32, in the order of the header. The file is written atomically.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../system/atomic-write.ts';
import { OperatorError } from '../system/operator-error.ts';
import type { TrainerState } from './trainer.ts';

type ArrayKind = 'parameter' | 'slot' | 'reference';

interface Header {
  readonly format: 'shiren-state';
  readonly version: 1 | 2;
  readonly step: number;
  /** What the caller records of the run. */
  readonly about: unknown;
  readonly arrays: readonly {
    readonly kind: ArrayKind;
    readonly name: string;
    readonly length: number;
  }[];
  /**
   * In hexadecimal, of this header with an empty checksum and the bytes of all arrays. Version 1 has it of the arrays
   * alone.
   */
  readonly sha256: string;
}

/** The file is not a state, or is damaged. */
export class StateError extends OperatorError {
  override readonly name = 'StateError';
}

export async function writeState(path: string, state: TrainerState, about: unknown): Promise<void> {
  const arrays: { kind: ArrayKind; name: string; length: number }[] = [];
  const data: Uint8Array[] = [];
  const add = (kind: ArrayKind, name: string, values: Float32Array) => {
    arrays.push({ kind, name, length: values.length });
    data.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  };
  for (const [name, values] of state.parameters) add('parameter', name, values);
  for (const [name, values] of state.slots) add('slot', name, values);
  if (state.reference) add('reference', 'nlls', state.reference);
  const unsealed: Header = {
    format: 'shiren-state',
    version: 2,
    step: state.step,
    about,
    arrays,
    sha256: '',
  };
  const header: Header = { ...unsealed, sha256: checksumOf(unsealed, data) };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  await writeAtomically(path, length, json, ...data);
}

/** Throws {@link StateError} if the file is no state or is damaged, and file errors if it cannot be read. */
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
  if (header.format !== 'shiren-state' || !(header.version === 1 || header.version === 2)) {
    throw new StateError(`${path} is not a training state that this version reads`);
  }
  if (checksumOf(header, [bytes.subarray(offset)]) !== header.sha256) {
    throw new StateError(`${path} is damaged: its checksum does not match`);
  }
  const parameters = new Map<string, Float32Array>();
  const slots = new Map<string, Float32Array>();
  let reference: Float32Array | null = null;
  for (const { kind, name, length } of header.arrays) {
    // The data may begin at any offset, and a Float32Array needs an offset divisible by four. So the bytes are copied.
    const copy = bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + 4 * length);
    const values = new Float32Array(copy);
    if (kind === 'reference') reference = values;
    else (kind === 'parameter' ? parameters : slots).set(name, values);
    offset += 4 * length;
  }
  return { state: { step: header.step, parameters, slots, reference }, about: header.about };
}

function checksumOf(header: Header, data: readonly Uint8Array[]): string {
  const digest = createHash('sha256');
  if (header.version > 1) digest.update(JSON.stringify({ ...header, sha256: '' }));
  for (const bytes of data) digest.update(bytes);
  return digest.digest('hex');
}
