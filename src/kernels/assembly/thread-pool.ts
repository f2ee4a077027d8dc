/**
 * A thread pool that runs the operations of a list one after the other.
 *
 * An operation is divided into tiles. Every free thread takes the next tile of the current operation. The thread that
 * finishes the last tile publishes the next operation. The main thread starts a list, may then do something else, and
 * at last takes tiles itself until the list is done. If worker threads sleep, are busy or do not exist, the main thread
 * computes everything alone. No thread waits for another, except for tiles that the other has already taken. If a worker
 * ends before its time, the control block says so, because its tile is never finished.
 *
 * Every thread has an instance of this module, and all share one memory. What they share is in the control block. Its
 * first eight bytes are the ticket, which is changed atomically as one number: the current operation's serial number
 * (upper 32 bits), its number of tiles (16 bits) and how many of them are taken (lower 16 bits). Because the serial
 * number is part of the ticket, a thread cannot take a tile of an operation that is over.
 */
import { OPERATION_BYTES, Operation } from './operation';
import { runTile } from './run-tile';

// Offsets in the control block. What different threads write at the same time is on different cache lines (64 bytes).
const TICKET: usize = 0;
/** The upper half of the ticket. Sleeping workers wait for it to change. */
const SERIAL_NUMBER: usize = 4;
/** Finished tiles of the current operation. */
const FINISHED_TILES: usize = 64;
/** 1 while a list is being run. */
const RUNNING: usize = 128;
/** The current operation, and the end of the list. */
const CURRENT: usize = 132;
const LIST_END: usize = 136;
/** 1 if a worker has failed. Beside RUNNING, which the main thread looks at anyway. */
const FAILED: usize = 140;
/** How many workers sleep. */
const SLEEPING: usize = 192;
/** 1 when the workers are to end. */
const STOPPED: usize = 196;

/** Bytes of the control block. Behind it stands a pointer for each thread: its working memory for draws. */
export const CONTROL_BYTES: usize = 256;

/** How often the main thread looks for a tile before it gives its core away for a moment; about 0.1 ms. */
const LOOKS_BEFORE_PAUSE = 30_000;
const PAUSE_NS: i64 = 50_000;

let control: usize = 0;
let thread = 0;

/** Connects this instance to a control block. The main thread has the number 0, workers count from 1. */
export function attach(block: usize, threadNumber: i32): void {
  control = block;
  thread = threadNumber;
}

/** Gives a thread working memory for draws. No list may be running. */
export function setScratch(threadNumber: i32, pointer: usize): void {
  store<usize>(control + CONTROL_BYTES + (<usize>threadNumber << 2), pointer);
}

/** This thread's working memory for draws. */
export function scratch(): usize {
  return load<usize>(control + CONTROL_BYTES + (<usize>thread << 2));
}

/** Takes a tile of the current operation; −1 if none is left. */
function takeTile(): i32 {
  let ticket = atomic.load<u64>(control + TICKET);
  while ((ticket & 0xffff) < ((ticket >> 16) & 0xffff)) {
    const seen = atomic.cmpxchg<u64>(control + TICKET, ticket, ticket + 1);
    if (seen == ticket) return <i32>(ticket & 0xffff);
    ticket = seen;
  }
  return -1;
}

/** Computes a tile that this thread has taken. Until that is done, its operation remains the current one. */
function computeTile(tile: i32): void {
  const at = load<usize>(control + CURRENT);
  const operation = changetype<Operation>(at);
  const tiles = operation.tiles;
  runTile(operation, tile, scratch());
  if (atomic.add<i32>(control + FINISHED_TILES, 1) + 1 == tiles) publish(at + OPERATION_BYTES);
}

/** Makes an operation the current one, or ends the list. */
function publish(at: usize): void {
  if (at == load<usize>(control + LIST_END)) {
    atomic.store<i32>(control + RUNNING, 0);
    atomic.notify(control + RUNNING, -1);
    return;
  }
  store<usize>(control + CURRENT, at);
  atomic.store<i32>(control + FINISHED_TILES, 0);
  const tiles = <u64>changetype<Operation>(at).tiles;
  const serialNumber = <u64>(atomic.load<u32>(control + SERIAL_NUMBER) + 1);
  atomic.store<u64>(control + TICKET, (serialNumber << 32) | (tiles << 16));
  if (atomic.load<i32>(control + SLEEPING) > 0) atomic.notify(control + SERIAL_NUMBER, -1);
}

/**
 * Starts a list of at least one operation, `list` to `end`. Each operation has 1 to 65,535 tiles. No other list may be
 * running. Called by the main thread.
 */
export function start(list: usize, end: usize): void {
  store<usize>(control + LIST_END, end);
  atomic.store<i32>(control + RUNNING, 1);
  publish(list);
}

/**
 * Takes part in the list that was started until it is done. Returns false if a worker has failed: then the list will
 * never be done. Called by the main thread.
 */
export function finish(): bool {
  let looks = 0;
  while (atomic.load<i32>(control + RUNNING)) {
    if (failed()) return false;
    const tile = takeTile();
    if (tile >= 0) {
      computeTile(tile);
      looks = 0;
    } else if (++looks >= LOOKS_BEFORE_PAUSE) {
      atomic.wait<i32>(control + RUNNING, 1, PAUSE_NS);
      looks = 0;
    }
  }
  return true;
}

/** Says that a worker has failed, and wakes the main thread. */
export function fail(): void {
  atomic.store<i32>(control + FAILED, 1);
  atomic.notify(control + RUNNING, -1);
}

/** Whether a worker has failed. */
export function failed(): bool {
  return atomic.load<i32>(control + FAILED) != 0;
}

/**
 * The main loop of a worker thread: takes tiles until `stop` is called. After `looksBeforeSleep` looks without finding
 * a tile, the worker sleeps until the next operation is published.
 */
export function runWorker(looksBeforeSleep: i32): void {
  let looks = 0;
  while (atomic.load<i32>(control + STOPPED) == 0) {
    const serialNumber = atomic.load<i32>(control + SERIAL_NUMBER);
    const tile = takeTile();
    if (tile >= 0) {
      computeTile(tile);
      looks = 0;
    } else if (++looks >= looksBeforeSleep) {
      looks = 0;
      atomic.add<i32>(control + SLEEPING, 1);
      atomic.wait<i32>(control + SERIAL_NUMBER, serialNumber, -1);
      atomic.sub<i32>(control + SLEEPING, 1);
    }
  }
}

/** Whether the workers are to end. */
export function stopped(): bool {
  return atomic.load<i32>(control + STOPPED) != 0;
}

/** Ends all workers. No list may be running. Called by the main thread. */
export function stop(): void {
  atomic.store<i32>(control + STOPPED, 1);
  const serialNumber = <u64>(atomic.load<u32>(control + SERIAL_NUMBER) + 1);
  atomic.store<u64>(control + TICKET, serialNumber << 32);
  atomic.notify(control + SERIAL_NUMBER, -1);
}
