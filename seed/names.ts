import type { Rng } from '../analytics/model/rng.js';
import { chance, weightedPicker } from '../analytics/planting/random.js';

const SURNAMES =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤';
const GIVEN =
  '伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂玉梅建华国荣志文春生红金林海东晓云成光永新宇浩子涵欣怡梓轩雨泽思佳俊博一诺昊天嘉琪清素珍淑贞德福才富贵祥顺兴田根水木长安宁康乐';
const draw = weightedPicker([...SURNAMES].map((_, i) => 1 / (i + 6)));
const surnames = [...SURNAMES];
const given = [...GIVEN];

export const surname = (rng: Rng) => surnames[draw(rng)] as string;

/** A full name of two or three characters. */
export function personName(rng: Rng, family = surname(rng)): string {
  const one = given[rng.int(given.length)] as string;
  return chance(rng, 0.18) ? family + one : family + one + (given[rng.int(given.length)] as string);
}
