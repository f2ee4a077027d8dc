import { parityWithCpu } from './parity.ts';

await parityWithCpu('tensorflow');
