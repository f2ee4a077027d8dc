import { existsSync } from 'node:fs';
import { ARCHITECTURES, parityWithCpu } from './parity.ts';

// Without a graphics card, the software adapter that comes with Chromium stands in where it is installed.
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;

// Every new shape compiles new shaders, which the software adapter takes seconds for.
await parityWithCpu(
  'webgpu',
  ARCHITECTURES.filter(({ hidden }) => hidden > 64),
);
