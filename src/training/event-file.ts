/**
 * Writes TensorBoard event files, without TensorFlow. A file is a sequence of TFRecord records
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details). Each record holds a protocol buffer
 * `tensorflow.Event` (tensorflow/core/util/event.proto) with scalar summaries.
 */

import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Numbers by tag. TensorBoard groups tags by the part before the slash. */
export type Scalars = { readonly [tag: string]: number };

export class EventFile {
  readonly #file: number;
  readonly #now: () => number;

  /**
   * Creates a new file in the folder, and the folder if it is missing. `now` returns milliseconds since 1970. Throws file
   * errors.
   */
  constructor(folder: string, now: () => number = Date.now) {
    this.#now = now;
    mkdirSync(folder, { recursive: true });
    const name = `events.out.tfevents.${Math.floor(now() / 1000)}.${hostname()}.${process.pid}`;
    this.#file = openSync(join(folder, name), 'a');
    this.#write(text(FILE_VERSION, 'brain.Event:2'));
  }

  /** Records that a run resumes at `step`. TensorBoard then hides this step and later ones of older files. */
  resume(step: number): void {
    this.#write(varint(STEP, step), message(SESSION_LOG, varint(SESSION_STATUS, SESSION_START)));
  }

  write(step: number, scalars: Scalars): void {
    const values = Object.entries(scalars).map(([tag, value]) =>
      message(SUMMARY_VALUE, text(VALUE_TAG, tag), float(VALUE_SIMPLE, value)),
    );
    this.#write(varint(STEP, step), message(SUMMARY, ...values));
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Writes one record in one call, so that a killed run leaves only whole records. */
  #write(...fields: Buffer[]): void {
    writeSync(this.#file, record(Buffer.concat([double(WALL_TIME, this.#now() / 1000), ...fields])));
  }
}

// Field numbers of event.proto and summary.proto.
const WALL_TIME = 1;
const STEP = 2;
const FILE_VERSION = 3;
const SUMMARY = 5;
const SESSION_LOG = 7;
const SESSION_STATUS = 1;
const SESSION_START = 1;
const SUMMARY_VALUE = 1;
const VALUE_TAG = 1;
const VALUE_SIMPLE = 2;

// Wire types of the protocol buffer encoding (https://protobuf.dev/programming-guides/encoding/).
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

function key(field: number, wireType: number): Buffer {
  return encodeVarint(field * 8 + wireType);
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) + 0x80);
  bytes.push(left);
  return Buffer.from(bytes);
}

function varint(field: number, value: number): Buffer {
  return Buffer.concat([key(field, VARINT), encodeVarint(value)]);
}

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, FIXED64), bytes]);
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, FIXED32), bytes]);
}

function message(field: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([key(field, LENGTH_DELIMITED), encodeVarint(body.length), body]);
}

function text(field: number, value: string): Buffer {
  return message(field, Buffer.from(value));
}

/** A record: its length, the length's checksum, the data, the data's checksum. */
function record(data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.length));
  head.writeUInt32LE(maskedCrc(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(maskedCrc(data));
  return Buffer.concat([head, data, tail]);
}

/** CRC-32C (Castagnoli), rotated and offset as TFRecord specifies, because a checksum over checksums would be weak. */
function maskedCrc(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});
