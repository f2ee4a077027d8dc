/**
 * Bottleneck, whatever happens to the wall clock.
 *
 * Bottleneck notes by `Date.now()` when the next job may begin. If the clock is set back by an hour, every job would
 * wait for that hour. So this class looks at the clock before Bottleneck does, and replaces a Bottleneck that would
 * wait: the jobs that run keep their places, and those that wait keep their order. A step between this look and
 * Bottleneck's is noticed a little later: a job then waits although a place is free.
 */

import Bottleneck from 'bottleneck';

/** A smaller step back is ignored: it delays a job by no more than this. */
const TOLERATED_MS = 50;
/** How often it is looked whether a job waits although a place is free. Bottleneck needs some turns to begin a job. */
const WATCH_EVERY_MS = 250;

interface Job {
  readonly run: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Settles when the job is done; null until it begins. */
  done: Promise<void> | null;
}

export class SteadyBottleneck {
  readonly #maxConcurrent: number | null;
  #bottleneck: Bottleneck;
  /** All jobs that are not done, in order of arrival. */
  readonly #jobs = new Set<Job>();
  #running = 0;
  /** The latest time that Bottleneck may have noted, in Unix milliseconds. */
  #latest = Date.now();
  /** Runs while a job waits. */
  #watch: NodeJS.Timeout | null = null;
  /** Whether a job waited although a place was free when it was last looked. */
  #heldBack = false;

  /** At most `maxConcurrent` jobs run at a time; null means any number. */
  constructor(maxConcurrent: number | null) {
    this.#maxConcurrent = maxConcurrent;
    this.#bottleneck = new Bottleneck({ maxConcurrent });
  }

  /** Jobs that have begun and are not done. */
  get running(): number {
    return this.#running;
  }

  /** Jobs that are not done. */
  get size(): number {
    return this.#jobs.size;
  }

  /** Runs a job when it is its turn. `onError` gets what the job or Bottleneck throws. */
  schedule(run: Job['run'], onError: Job['onError']): void {
    this.#checkClock();
    const job: Job = { run, onError, done: null };
    this.#jobs.add(job);
    this.#submit(job);
    this.#watch ??= setInterval(() => this.#look(), WATCH_EVERY_MS).unref();
  }

  #look(): void {
    const waiting = [...this.#jobs].some(({ done }) => done === null);
    const heldBack = waiting && (this.#maxConcurrent === null || this.#running < this.#maxConcurrent);
    if (heldBack && this.#heldBack) this.#replace();
    this.#heldBack = heldBack;
    if (waiting || this.#watch === null) return;
    clearInterval(this.#watch);
    this.#watch = null;
  }

  #submit(job: Job): void {
    const bottleneck = this.#bottleneck;
    const isCurrent = () => bottleneck === this.#bottleneck;
    bottleneck
      .schedule(async () => {
        if (isCurrent()) await this.#run(job);
      })
      .catch((error) => {
        // A Bottleneck that was replaced drops its jobs, which are in the new one.
        if (isCurrent()) job.onError(error);
      });
  }

  /** Begins a job. If it has begun under an earlier Bottleneck, it only keeps its place in this one. */
  #run(job: Job): Promise<void> {
    this.#latest = Math.max(this.#latest, Date.now());
    job.done ??= this.#begin(job);
    return job.done;
  }

  async #begin(job: Job): Promise<void> {
    this.#running++;
    try {
      await job.run();
    } finally {
      this.#running--;
      this.#jobs.delete(job);
      // Bottleneck begins the next job now, and looks at the clock for it.
      this.#checkClock();
    }
  }

  #checkClock(): void {
    const now = Date.now();
    if (now >= this.#latest - TOLERATED_MS) {
      this.#latest = Math.max(this.#latest, now);
      return;
    }
    this.#latest = now;
    this.#replace();
  }

  #replace(): void {
    const old = this.#bottleneck;
    this.#bottleneck = new Bottleneck({ maxConcurrent: this.#maxConcurrent });
    // The promise settles when the running jobs are done, which nobody waits for.
    old.stop({ dropWaitingJobs: true }).catch(() => {});
    for (const job of this.#jobs) this.#submit(job);
  }
}
