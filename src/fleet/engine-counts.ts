/** What an engine worker counts, for the metrics. */
export class EngineCounts {
  /** Orders of dead engines that this one found. */
  stalled = 0;
  /** Orders that it wrote after another engine had died with them. */
  retried = 0;
}
