import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventFile } from '../../src/training/event-file.ts';
import { TensorBoard } from '../../src/training/tensorboard.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-events-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** CRC-32C bit by bit, over the reflected polynomial; not by the table that the writer uses. */
function crc32c(data: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of data) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  return Number(crc ^ 0xffffffffn);
}

function masked(crc: number): number {
  const turned = ((BigInt(crc) >> 15n) | (BigInt(crc) << 17n)) & 0xffffffffn;
  return Number((turned + 0xa282ead8n) & 0xffffffffn);
}

/** The data of every record of a TFRecord file; throws where a checksum does not match. */
function readRecords(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (bytes.readUInt32LE(at + 8) !== masked(crc32c(bytes.subarray(at, at + 8)))) throw new Error('length');
    if (bytes.readUInt32LE(at + 12 + length) !== masked(crc32c(data))) throw new Error('data');
    records.push(data);
    at += 16 + length;
  }
  return records;
}

type Field = { number: number; value: number | Buffer };

/** The fields of a protocol buffer message, in order. Fixed-width fields come as floating point numbers. */
function readMessage(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const number = key >> 3;
    switch (key & 7) {
      case 0:
        fields.push({ number, value: varint() });
        break;
      case 1:
        fields.push({ number, value: bytes.readDoubleLE(at) });
        at += 8;
        break;
      case 2: {
        const length = varint();
        fields.push({ number, value: bytes.subarray(at, at + length) });
        at += length;
        break;
      }
      case 5:
        fields.push({ number, value: bytes.readFloatLE(at) });
        at += 4;
        break;
      default:
        throw new Error(`wire type ${key & 7}`);
    }
  }
  return fields;
}

interface ReadEvent {
  time: unknown;
  step: number;
  version?: string;
  started?: boolean;
  scalars: Record<string, number>;
}

function readEvent(bytes: Buffer): ReadEvent {
  const event: ReadEvent = { time: null, step: 0, scalars: {} };
  for (const { number, value } of readMessage(bytes)) {
    if (number === 1) event.time = value;
    if (number === 2) event.step = value as number;
    if (number === 3) event.version = value.toString();
    if (number === 7) event.started = readMessage(value as Buffer)[0]?.value === 1;
    if (number !== 5) continue;
    for (const entry of readMessage(value as Buffer)) {
      const [tag, scalar] = readMessage(entry.value as Buffer);
      event.scalars[String(tag?.value)] = scalar?.value as number;
    }
  }
  return event;
}

async function readEvents(): Promise<ReadEvent[]> {
  const [name] = await readdir(folder);
  return readRecords(await readFile(join(folder, name as string))).map(readEvent);
}

describe('the reader of these tests', () => {
  it('has the checksum of the iSCSI standard', () => {
    // RFC 3720, B.4: 32 bytes of zeros, and "123456789".
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });
});

describe('an event file', () => {
  it('has the name that TensorBoard looks for', async () => {
    new EventFile(join(folder, 'deep', 'run'), () => 1_700_000_000_500).close();
    expect(await readdir(join(folder, 'deep', 'run'))).toEqual([
      expect.stringMatching(/^events\.out\.tfevents\.1700000000\./),
    ]);
  });

  it('begins with its version, and holds scalars by tag, step and time', async () => {
    const file = new EventFile(folder, () => 1_700_000_000_500);
    file.write(1, { 'loss/training': 8.5 });
    file.write(70_000, { a: -1.25, 'b c': 1e9 });
    file.write(5_000_000_000, { a: 0 });
    file.close();
    const time = 1_700_000_000.5;
    expect(await readEvents()).toEqual([
      { time, step: 0, version: 'brain.Event:2', scalars: {} },
      { time, step: 1, scalars: { 'loss/training': 8.5 } },
      { time, step: 70_000, scalars: { a: -1.25, 'b c': 1e9 } },
      { time, step: 5_000_000_000, scalars: { a: 0 } },
    ]);
  });

  it('is whole after every write', async () => {
    const file = new EventFile(folder);
    for (let step = 1; step <= 5; step++) {
      file.write(step, { x: step });
      expect((await readEvents()).at(-1)).toMatchObject({ step, scalars: { x: step } });
    }
    file.close();
  });
});

describe('a run on the board', () => {
  const step = { step: 12, loss: 5.5, norm: 0.25, learningRate: 0.5, tokens: 900 };
  const entry = {
    step: 12,
    epoch: 1.5,
    tokens: 10_800,
    seconds: 30,
    trainingLoss: 5.25,
    validation: { tokens: 100, nll: 5.75, hanziPerplexity: 512, unknownShare: 0 },
    learningRate: 0.5,
    gradientNorm: 0.25,
    tokensPerSecond: 4096,
  };

  it('shows steps and evaluations', async () => {
    const board = new TensorBoard(folder, false);
    board.step(step);
    board.evaluation({ ...entry, device: { cores: 1.5, gpu: 0.75, memory: 3 * 2 ** 20 } });
    board.evaluation({ ...entry, step: 24, device: { cores: 1.5, gpu: null, memory: 2 ** 20 } });
    board.close();
    const [, first, second, third] = await readEvents();
    expect(first).toMatchObject({
      step: 12,
      scalars: { 'loss/training': 5.5, 'optimizer/gradient norm': 0.25, 'optimizer/learning rate': 0.5 },
    });
    expect(second?.scalars).toEqual({
      'loss/validation': 5.75,
      'perplexity/validation hanzi': 512,
      'run/epoch': 1.5,
      'run/tokens a second': 4096,
      'device/cores busy': 1.5,
      'device/GPU busy': 0.75,
      'device/resident MiB': 3,
    });
    expect(Object.keys(third?.scalars ?? {})).not.toContain('device/GPU busy');
  });

  it('says once where it was resumed', async () => {
    const board = new TensorBoard(folder, true);
    board.step(step);
    board.step({ ...step, step: 13 });
    board.close();
    const events = await readEvents();
    expect(events.map((event) => [event.step, event.started ?? false])).toEqual([
      [0, false],
      [12, true],
      [12, false],
      [13, false],
    ]);
  });
});
