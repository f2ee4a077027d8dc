import { describe, expect, it } from 'vitest';
import { texts } from '../../../src/bot/locale.ts';
import { session } from './session.ts';

describe('/daily in the terminal', () => {
  it('show writes the poem of today under its day, the same one each time', async () => {
    const once = await session('/daily show\n');
    expect(once).toMatch(/^A poem a day · \w+ \d+, \d{4}[^\n]*\n《.+》\n(.{7}，.{7}。\n){2}\n$/u);
    expect(await session('/每日一诗 查看\n')).toBe(once);
    expect(await session('/daily show\n', 'zh-CN')).toMatch(/^每日一诗 · /u);
  });

  it('set and off say that they are for Discord, and a wrong word is answered with the right ones', async () => {
    const terminal = `! ${texts('en-US').sentences['daily-terminal']}\n`;
    expect(await session('/daily set channel:123456789012345678 time:08:00 theme:山水\n')).toBe(terminal);
    expect(await session('/daily off\n')).toBe(terminal);
    expect(await session('/daily\n')).toBe(
      '! There is no command /daily. There are: /daily set, /daily show, /daily off.\n',
    );
    expect(await session('/daily now\n')).toContain('There is no command /daily now.');
    expect(await session('/daily set channel:general time:8\n')).toBe(
      '! “general” is not a valid channel. Choose a channel of the server.\n',
    );
  });
});
