/** The options that several commands share, as data. */

import type { CardLayout, CardPaper } from '../card/card.ts';
import { FORM_NAMES, FORM_SPELLINGS, type FormName } from '../poetry/form.ts';
import type { Meter, Mood, Script } from '../poetry/request.ts';
import type { BooleanOption, ChoiceOption, IntegerOption, PictureOption, TextOption } from './command.ts';
import { suggestRhymes } from './rhyme-name.ts';

export const FORM: ChoiceOption<FormName> = {
  kind: 'choice',
  choices: FORM_NAMES.map((value) => ({ value, also: FORM_SPELLINGS[value] })),
};

export const LENGTH: ChoiceOption<5 | 7> = {
  kind: 'choice',
  choices: [
    { value: 5, also: ['五', '五言', 'wu', 'wuyan'] },
    { value: 7, also: ['七', '七言', 'qi', 'qiyan'] },
  ],
};

/** Longer than a title may be, because only its hanzi count. */
export const TITLE: TextOption = { kind: 'text', minLength: 1, maxLength: 64 };

const METER: ChoiceOption<Meter> = {
  kind: 'choice',
  choices: [
    { value: 'strict', also: ['严', '严格', 'yan', 'yange'] },
    { value: 'loose', also: ['宽', '宽松', 'kuan', 'kuansong'] },
    { value: 'none', also: ['无', '不限', 'wu', 'buxian'] },
  ],
};

const MOOD: ChoiceOption<Mood> = {
  kind: 'choice',
  choices: [
    { value: 'calm', also: ['平静', '静', 'pingjing', 'jing'] },
    { value: 'free', also: ['自由', 'ziyou'] },
    { value: 'wild', also: ['狂放', '狂', 'kuangfang', 'kuang'] },
    { value: 'greedy', also: ['贪心', '贪婪', 'tanxin', 'tanlan'] },
  ],
};

const SCRIPT: ChoiceOption<Script> = {
  kind: 'choice',
  choices: [
    { value: 'simplified', also: ['简体', '简', '简体字', 'jianti', 'jian'] },
    { value: 'traditional', also: ['繁体', '繁', '正体', '繁体字', 'fanti', 'fan', 'zhengti'] },
  ],
};

const RHYME: TextOption = {
  kind: 'text',
  maxLength: 12,
  suggest: async (typed, { locale }) => suggestRhymes(typed, locale),
};

const SEED: IntegerOption = { kind: 'integer', min: 0, max: 0xffff_ffff };

const REPORT: BooleanOption = { kind: 'boolean' };

const CARD: PictureOption = { kind: 'picture' };

const LAYOUT: ChoiceOption<CardLayout> = {
  kind: 'choice',
  choices: [
    { value: 'vertical', also: ['竖', '竖排', '直排', 'shu', 'shupai'] },
    { value: 'horizontal', also: ['横', '横排', 'heng', 'hengpai'] },
  ],
};

const PAPER: ChoiceOption<CardPaper> = {
  kind: 'choice',
  choices: [
    { value: 'light', also: ['素', '素笺', '白', 'su', 'sujian'] },
    { value: 'dark', also: ['墨', '墨笺', '黑', 'mo', 'mojian'] },
  ],
};

/** The options of every command that writes a poem. */
export const POEM_OPTIONS = {
  meter: METER,
  rhyme: RHYME,
  mood: MOOD,
  script: SCRIPT,
  seed: SEED,
  report: REPORT,
  card: CARD,
  layout: LAYOUT,
  paper: PAPER,
};
