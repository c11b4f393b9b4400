import type { EntityKind } from '../api/types';
import type { Language } from '../app/preferences';
import { enRings } from './enRings';
import { zhRings } from './zhRings';

/**
 * Names of the platform's codes where the server sends the code alone, and in English. An unknown
 * code is shown as it is.
 */
type Names = Readonly<Record<string, { readonly zh: string; readonly en: string }>>;

const INSTITUTION_TYPE: Names = {
  1: { zh: '医院', en: 'hospital' },
  2: { zh: '药店', en: 'pharmacy' },
};

const LEVEL: Names = {
  '01': { zh: '三级特等', en: 'level 3, special' },
  '02': { zh: '三级甲等', en: 'level 3 A' },
  '03': { zh: '三级乙等', en: 'level 3 B' },
  '04': { zh: '三级丙等', en: 'level 3 C' },
  '05': { zh: '二级甲等', en: 'level 2 A' },
  '06': { zh: '二级乙等', en: 'level 2 B' },
  '07': { zh: '二级丙等', en: 'level 2 C' },
  '08': { zh: '一级甲等', en: 'level 1 A' },
  '09': { zh: '一级乙等', en: 'level 1 B' },
  10: { zh: '一级丙等', en: 'level 1 C' },
  11: { zh: '无等级', en: 'no level' },
};

const LIST_TYPE: Names = {
  101: { zh: '西药中成药', en: 'western and patent drug' },
  102: { zh: '中药饮片', en: 'decoction pieces' },
  103: { zh: '自制剂', en: 'own preparation' },
  104: { zh: '民族药', en: 'ethnic medicine' },
  201: { zh: '医疗服务项目', en: 'service' },
  301: { zh: '医用材料', en: 'consumable' },
};

const MED_TYPE: Names = {
  11: { zh: '普通门诊', en: 'out-patient' },
  13: { zh: '急诊', en: 'emergency' },
  14: { zh: '门诊慢特病', en: 'chronic out-patient' },
  21: { zh: '普通住院', en: 'in-patient' },
  41: { zh: '定点药店购药', en: 'pharmacy' },
  51: { zh: '生育门诊', en: 'maternity out-patient' },
  52: { zh: '生育住院', en: 'maternity in-patient' },
};

/** `given` is the name in the bureau's own dictionary, which is Chinese. */
export function medTypeName(code: string | null, given: string | null, lang: Language): string {
  if (code === null) return given ?? '—';
  const known = MED_TYPE[code] ?? (code.startsWith('2') ? MED_TYPE[21] : undefined);
  return lang === 'zh' ? (given ?? known?.zh ?? code) : (known?.en ?? given ?? code);
}

/** The value of a node's attribute in words. */
export function attributeValue(
  kind: EntityKind,
  name: string,
  value: string | number,
  lang: Language,
): string {
  const text = String(value);
  const names =
    name === 'level'
      ? LEVEL
      : name === 'type'
        ? kind === 'institution'
          ? INSTITUTION_TYPE
          : LIST_TYPE
        : undefined;
  return names?.[text]?.[lang] ?? text;
}

const PHASES: ReadonlyArray<readonly [RegExp, string]> = [
  [/^import: reading$/, '读取文件'],
  [/^import: comparing$/, '与已有数据比较'],
  [/^import: (\w+)$/, '导入 $1'],
  [/^graph: stage$/, '图库：准备'],
  [/^graph: nodes$/, '图库：对象'],
  [/^graph: relationships$/, '图库：关系'],
  [/^graph: names$/, '图库：名称索引'],
  [/^graph: publish$/, '图库：发布'],
  [/^graph: compare$/, '图库：与已有数据比较'],
  [/^graph: hubs$/, '图库：往来最多的对象'],
  [/^plan$/, '安排'],
  [/^counties$/, '逐县统计'],
  [/^reading the period$/, '读取期间数据'],
  [/^screening pharmacies$/, '筛查药店'],
  [/^telephones$/, '核对电话'],
  [/^redrawing admissions$/, '重排住院作对照'],
  [/^redrawing .*$/, '重排数据作对照'],
  [/^publish$/, '发布结果'],
  [/^planting rings$/, '种入团伙'],
  [/^searching for planted rings$/, '查找种入的团伙'],
];

/** What a job is at; the server speaks English. */
export function phaseName(phase: string, lang: Language): string {
  const { detector } = lang === 'zh' ? zhRings : enRings;
  if (Object.hasOwn(detector, phase)) return detector[phase as keyof typeof detector];
  if (lang === 'en') return phase;
  for (const [pattern, words] of PHASES)
    if (pattern.test(phase)) return phase.replace(pattern, words);
  return phase;
}
