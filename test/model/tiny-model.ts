/** A small model with random weights on the wasm engine, for tests of decoding. */

import { AllowedTokens } from '../../src/decoding/allowed-tokens.ts';
import { Decoder } from '../../src/decoding/decoder.ts';
import type { PoemCritic, PromptSkills } from '../../src/decoding/decoder-model.ts';
import type { ProductKind } from '../../src/decoding/product-kinds.ts';
import type { Association } from '../../src/decoding/ranking.ts';
import { Stepper } from '../../src/decoding/stepper.ts';
import { startEngine } from '../../src/engines/engine.ts';
import type { Architecture, CellName } from '../../src/model/architecture.ts';
import type { Reward } from '../../src/model/reward.ts';
import { Vocabulary } from '../../src/model/vocabulary.ts';
import { compilePlan } from '../../src/poetry/compile.ts';
import type { VersePlan } from '../../src/poetry/plan.ts';
import type { AcrosticRequest, PoemRequest } from '../../src/poetry/request.ts';
import type { ParallelPairs } from '../../src/text-index/parallel-pairs.ts';
import { initialParameters } from '../../src/training/network/network.ts';

/** 300 hanzi that are frequent in verse. They have both tones and many rhymes. */
const HANZI =
  '不人山無風一日雲有何來天中時春月自花水上年為相長知秋君空如此生心歸青白門清高得未門寒江落事見下行聲今處家客千香' +
  '道深路西三夜明東路遠草樹金石流詩出南煙城開萬多光老與馬地飛雨新酒心頭子過書獨去玉葉同前名飛夢古林身重外入雪華' +
  '陽成情海思看在非愁滿欲間聞還竹分隨歲北野露回思晚更色成雁浮起朝發從坐鳥衣愛幾綠波桃紅平難歌別面復照村初終孤龍' +
  '松宮星故泉樓動州猶移舊好臺少影塵望傳言斜居盡鳳笑半斷舟經連絕鶴離園閑幽隔曉功當沙仙吟語池橋應共懷關憶川將烟殘' +
  '宿醉靜黃殿霜翠眠鄉柳對神微轉車百輕虛漢景疏晴鳴湖';

export const VOCABULARY = new Vocabulary([...new Set(HANZI)]);

/** A model that was trained without titles. */
export const NO_PROMPTS: PromptSkills = { writesTitles: false, announced: false };

export interface TinyModel {
  readonly architecture: Architecture;
  readonly parameters: Map<string, Float32Array>;
  readonly stepper: Stepper;
  readonly decoder: Decoder;
}

export async function tinyModel(
  cell: CellName = 'lstm',
  {
    tied = false,
    seed = 1,
    threads = 1,
    products,
    prompts = NO_PROMPTS,
    critic = null,
    parallels = null,
    association = null,
    reward = null,
  }: {
    tied?: boolean;
    seed?: number;
    threads?: number;
    products?: ProductKind;
    prompts?: PromptSkills;
    critic?: PoemCritic | null;
    parallels?: ParallelPairs | null;
    association?: Association | null;
    reward?: Reward | null;
  } = {},
): Promise<TinyModel> {
  await startEngine('wasm');
  const architecture = { cell, vocabulary: VOCABULARY.size, embedding: 12, hidden: 24, layers: 2, tied };
  const parameters = initialParameters(architecture, seed);
  // Larger weights, so that the earlier characters of a row influence the next one.
  for (const values of parameters.values())
    for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * 3;
  const stepper = await Stepper.create(architecture, parameters, { threads, ...(products && { products }) });
  const allowedTokens = new AllowedTokens(VOCABULARY);
  const decoder = await Decoder.create({
    stepper,
    vocabulary: VOCABULARY,
    allowedTokens,
    ngramBan: null,
    prompts,
    parallels,
    association,
    reward,
    critic,
  });
  return { architecture, parameters, stepper, decoder };
}

export function poemPlan(request: Partial<PoemRequest> = {}): VersePlan {
  return compilePlan({
    kind: 'poem',
    opening: '月',
    form: 'qijue',
    title: '',
    meter: 'strict',
    rhyme: 'auto',
    ...request,
  });
}

export function acrosticPlan(request: Partial<AcrosticRequest> = {}): VersePlan {
  return compilePlan({
    kind: 'acrostic',
    title: '',
    heads: '春江花月夜',
    length: 7,
    meter: 'loose',
    rhyme: 'auto',
    ...request,
  });
}
