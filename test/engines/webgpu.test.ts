import { existsSync } from 'node:fs';
import { ARCHITECTURES, parityWithCpu } from './parity.ts';

// Without a graphics card, use the software adapter of Chromium if it is installed.
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;

// Each new shape compiles new shaders. The software adapter takes seconds for that.
await parityWithCpu(
  'webgpu',
  ARCHITECTURES.filter(({ hidden }) => hidden > 64),
);
