import { describe, expect, it } from 'vitest';
import { sceneClashes } from '../../src/poetry/scene.ts';

describe('sceneClashes', () => {
  it.each([
    ['春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。', 0, 0],
    ['月落烏啼霜滿天，江楓漁火對愁眠。姑蘇城外寒山寺，夜半鐘聲到客船。', 0, 0],
    ['千山鳥飛絕，萬徑人蹤滅。孤舟蓑笠翁，獨釣寒江雪。', 0, 0],
    // Lotus stays into autumn, plum blossom into spring, and frost into winter.
    ['秋荷', 0, 0],
    ['春梅，雪裏', 0, 0],
    ['冬霜', 0, 0],
    // The model's own.
    ['天明城上月初斜，獨憑闌干看杏花。', 0, 0],
    ['十二月冬臘，獨憑闌干看杏花。', 1, 0],
    ['春色寒露，晚霞曉風，清夜月', 0, 0],
    ['春色楓葉荻花', 1, 0],
    ['雪泛芰荷', 1, 0],
    ['秋菊黃葉，一聲鶯', 1, 0],
    ['夕陽西下，夜月初明', 0, 1],
    ['白日孤燈', 0, 1],
    ['', 0, 0],
  ])('%s: %i of seasons, %i of times', (text, seasons, times) => {
    expect(sceneClashes(text)).toEqual({ seasons, times });
  });

  it('counts a word that comes back once, and sides with the most words', () => {
    expect(sceneClashes('秋風秋雨，菊，春，春').seasons).toBe(1);
    expect(sceneClashes('秋，春，鶯，柳').seasons).toBe(1);
  });

  it('knows autumns that are no season', () => {
    expect(sceneClashes('春秋，千秋萬歲，三秋，秋娘，春').seasons).toBe(0);
  });
});
