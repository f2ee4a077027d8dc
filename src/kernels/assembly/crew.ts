/**
 * Work that several threads share: a program of jobs, one after the other, each in pieces. Whoever is free takes a piece;
 * who finishes a job's last piece goes on to the next job. So helpers carry a program out while the engine's thread does
 * something else, and where they sleep, are busy or gone that thread does all of it: none is ever waited for but for a
 * piece that it has begun.
 *
 * All threads have this code and this memory; what a thread must know of the program stands in the control block. Its
 * first eight bytes are the ticket: the number of the job, how many pieces it has, and how many of them are taken, changed
 * as one. Who takes a piece of a job thereby knows that the job is not over before the piece is.
 */
import { draw } from './draw';
import { gru, lstm, rnn } from './gates';
import { product } from './product';
import { addBias, gather } from './projection';

const TICKET: usize = 0;
/** The upper half of the ticket: what sleeping helpers watch. */
const NUMBER: usize = 4;
const DONE: usize = 64;
/** The program is not over. */
const RUNNING: usize = 128;
/** The job at hand, and where the program ends. */
const JOB: usize = 132;
const END: usize = 136;
const SLEEPING: usize = 192;
const OVER: usize = 196;
/** Each thread's working memory for draws. */
const SCRATCH: usize = 256;

/** A job: what it is, its pieces, and its arguments. */
const JOB_BYTES: usize = 64;
const PIECES: usize = 4;
const ARGUMENTS: usize = 8;

const PRODUCT = 0;
const GATES = 1;
const DRAWS = 2;
const BIAS = 3;
const GATHER = 4;

const LSTM = 0;
const GRU = 1;

/** Looks at what others have still to do, about a tenth of a millisecond, before a thread lets go of its core for a moment. */
const LOOKS = 30_000;
const MOMENT_NS: i64 = 50_000;

let control: usize = 0;
let thread = 0;

/** Tells this thread where the control block is, and which of the threads it is. */
export function attach(block: usize, number: i32): void {
  control = block;
  thread = number;
}

/** This thread's working memory. */
export function scratch(): usize {
  return load<usize>(control + SCRATCH + (<usize>thread << 2));
}

@inline
function argument(job: usize, n: usize): usize {
  return load<usize>(job + ARGUMENTS + (n << 2));
}

/** Does one piece of a job. */
function work(job: usize, piece: i32): void {
  const kind = load<i32>(job);
  if (kind == PRODUCT) {
    product(
      piece,
      argument(job, 0),
      argument(job, 1),
      argument(job, 2),
      argument(job, 3),
      argument(job, 4),
      argument(job, 5),
      argument(job, 6),
      argument(job, 7),
      argument(job, 8),
    );
  } else if (kind == DRAWS) {
    draw(argument(job, 0), piece, argument(job, 1), argument(job, 2), argument(job, 3), scratch());
  } else {
    workByRows(kind, job, piece);
  }
}

/** Jobs of which a piece is so many rows. */
function workByRows(kind: i32, job: usize, piece: i32): void {
  const each = <i32>argument(job, 1);
  const from = piece * each;
  const to = min(from + each, <i32>argument(job, 0));
  if (kind == BIAS) {
    addBias(argument(job, 2), from, to, <i32>argument(job, 3), argument(job, 4));
  } else if (kind == GATHER) {
    gather(argument(job, 2), argument(job, 3), from, to, argument(job, 4), argument(job, 5));
  } else {
    const cell = argument(job, 2);
    const hidden = <i32>argument(job, 3);
    const zx = argument(job, 4);
    const index = argument(job, 5);
    const u = argument(job, 6);
    const h = argument(job, 7);
    if (cell == LSTM) lstm(from, to, hidden, zx, index, u, h, argument(job, 8));
    else if (cell == GRU) gru(from, to, hidden, zx, index, u, h);
    else rnn(from, to, hidden, zx, index, u, h);
  }
}

/** Takes a piece of the job at hand; −1 where none is left. */
function take(): i32 {
  let ticket = atomic.load<u64>(control + TICKET);
  while ((ticket & 0xffff) < ((ticket >> 16) & 0xffff)) {
    const seen = atomic.cmpxchg<u64>(control + TICKET, ticket, ticket + 1);
    if (seen == ticket) return <i32>(ticket & 0xffff);
    ticket = seen;
  }
  return -1;
}

/** Does a piece that was taken; its job is the one at hand. */
function workOn(piece: i32): void {
  const job = load<usize>(control + JOB);
  const pieces = load<i32>(job + PIECES);
  work(job, piece);
  if (atomic.add<i32>(control + DONE, 1) + 1 == pieces) goOn(job + JOB_BYTES);
}

/** Offers the pieces of a job, or ends the program. */
function goOn(job: usize): void {
  if (job == load<usize>(control + END)) {
    atomic.store<i32>(control + RUNNING, 0);
    atomic.notify(control + RUNNING, -1);
    return;
  }
  store<usize>(control + JOB, job);
  atomic.store<i32>(control + DONE, 0);
  const number = <u64>(atomic.load<u32>(control + NUMBER) + 1);
  atomic.store<u64>(control + TICKET, (number << 32) | (<u64>load<i32>(job + PIECES) << 16));
  if (atomic.load<i32>(control + SLEEPING) > 0) atomic.notify(control + NUMBER, -1);
}

/** Begins a program of at least one job, none without pieces, none with more than 65,535. None may be running. */
export function start(program: usize, end: usize): void {
  store<usize>(control + END, end);
  atomic.store<i32>(control + RUNNING, 1);
  goOn(program);
}

/** Takes part in the program that was started, and returns when it is over. */
export function finish(): void {
  let looks = 0;
  while (atomic.load<i32>(control + RUNNING)) {
    const piece = take();
    if (piece >= 0) {
      workOn(piece);
      looks = 0;
    } else if (++looks >= LOOKS) {
      atomic.wait<i32>(control + RUNNING, 1, MOMENT_NS);
      looks = 0;
    }
  }
}

/** A helper's life: takes pieces of whatever there is, until `dismiss`. After so many vain looks it sleeps. */
export function help(patience: i32): void {
  let looks = 0;
  while (atomic.load<i32>(control + OVER) == 0) {
    const number = atomic.load<i32>(control + NUMBER);
    const piece = take();
    if (piece >= 0) {
      workOn(piece);
      looks = 0;
    } else if (++looks >= patience) {
      looks = 0;
      atomic.add<i32>(control + SLEEPING, 1);
      atomic.wait<i32>(control + NUMBER, number, -1);
      atomic.sub<i32>(control + SLEEPING, 1);
    }
  }
}

/** Lets all helpers go. No program may be running. */
export function dismiss(): void {
  atomic.store<i32>(control + OVER, 1);
  const number = <u64>(atomic.load<u32>(control + NUMBER) + 1);
  atomic.store<u64>(control + TICKET, number << 32);
  atomic.notify(control + NUMBER, -1);
}
