/** Discord's ids (snowflakes): milliseconds since 2015 above bit 22, then a counter. */

const EPOCH = 1_420_070_400_000n;
let counter = 0n;

export function snowflake(now = Date.now()): string {
  counter = (counter + 1n) & 0x3f_ffffn;
  return (((BigInt(now) - EPOCH) << 22n) | counter).toString();
}

/** The index of the shard, of `count`, that gets a server's events. */
export function shardOf(guild: string, count: number): number {
  return Number((BigInt(guild) >> 22n) % BigInt(count));
}
