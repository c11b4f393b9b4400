/** Catalogue items and diagnoses of the other world: names as a bureau's tables would have them. */
export interface Item {
  readonly code: string;
  readonly name: string;
  /** 101 drugs, 102 decoction, 201 services, 301 consumables. */
  readonly list: '101' | '102' | '201' | '301';
  /** Yuan. */
  readonly price: number;
  readonly pack: number;
  readonly dose: number;
  readonly resale: number;
}

// name, price, [pack, doses a day, resale risk]
const DRUGS: Array<[string, number, number, number, number]> = [
  ['苯磺酸氨氯地平片', 12.8, 28, 1, 0],
  ['厄贝沙坦氢氯噻嗪片', 31.5, 14, 1, 1],
  ['琥珀酸美托洛尔缓释片', 22.4, 14, 1, 0],
  ['阿托伐他汀钙片', 38.6, 14, 1, 1],
  ['二甲双胍缓释片', 19.2, 30, 2, 0],
  ['甘精胰岛素注射液', 78.4, 1, 0.05, 2],
  ['达格列净片', 61.1, 14, 1, 2],
  ['阿司匹林肠溶片', 15.7, 30, 1, 0],
  ['硫酸氢氯吡格雷片', 58.9, 14, 1, 2],
  ['银杏叶提取物片', 42, 20, 3, 2],
  ['复方丹参滴丸', 27.5, 180, 30, 1],
  ['速效救心丸', 36, 120, 12, 1],
  ['阿莫西林胶囊', 9.6, 24, 6, 0],
  ['头孢克肟分散片', 24.3, 12, 2, 0],
  ['连花清瘟胶囊', 14.8, 24, 12, 1],
  ['复方氨酚烷胺片', 11.2, 12, 2, 0],
  ['奥司他韦胶囊', 56, 10, 2, 1],
  ['布洛芬混悬液', 18.5, 1, 0.3, 0],
  ['蒙脱石散', 13.1, 10, 3, 0],
  ['奥美拉唑肠溶胶囊', 21.9, 14, 1, 0],
  ['铝碳酸镁咀嚼片', 26.7, 20, 3, 0],
  ['双氯芬酸钠缓释片', 17.6, 20, 2, 0],
  ['膏药 麝香壮骨膏', 23, 10, 1, 1],
  ['沙美特罗替卡松吸入剂', 168, 60, 2, 2],
  ['阿卡波糖片', 35.4, 30, 3, 1],
  ['安宫牛黄丸', 480, 1, 0.1, 3],
  ['片仔癀', 760, 1, 0.3, 3],
  ['阿胶', 398, 1, 0.03, 3],
  ['人血白蛋白', 412, 1, 1, 3],
  ['恩替卡韦分散片', 44, 28, 1, 2],
  ['左甲状腺素钠片', 29.8, 100, 1, 0],
  ['碳酸钙D3片', 33.3, 60, 2, 0],
  ['维生素C片', 6.5, 100, 3, 0],
  ['六味地黄丸', 19.9, 200, 24, 0],
  ['藿香正气口服液', 16.4, 10, 2, 0],
  ['氯雷他定片', 14.2, 6, 1, 0],
  ['布地奈德混悬液', 62, 5, 2, 0],
  ['低分子量肝素钙注射液', 29.4, 1, 1, 0],
  ['肝素钠注射液', 8.9, 1, 1, 0],
  ['枸橼酸钠抗凝剂', 35, 1, 1, 0],
  ['重组人促红素注射液', 47.5, 1, 0.4, 2],
  ['罗沙司他胶囊', 89, 3, 0.43, 2],
  ['蔗糖铁注射液', 52, 1, 0.15, 0],
  ['左卡尼汀注射液', 33, 1, 0.4, 1],
  ['多西他赛注射液', 620, 1, 1, 0],
  ['卡铂注射液', 180, 1, 1, 0],
  ['昂丹司琼注射液', 24, 1, 1, 0],
  ['注射用头孢曲松钠', 12, 1, 2, 0],
  ['丹红注射液', 34, 1, 1, 1],
  ['0.9%氯化钠注射液', 4.2, 1, 2, 0],
];
const HERBS: Array<[string, number]> = [
  ['黄芪', 1.9],
  ['当归', 2.6],
  ['党参', 2.2],
  ['柴胡', 3.1],
  ['甘草', 0.9],
];
const SERVICES: Array<[string, number]> = [
  ['普通门诊诊查费', 12],
  ['专家门诊诊查费', 30],
  ['急诊诊查费', 22],
  ['血常规', 20],
  ['肾功能检查', 48],
  ['电解质测定', 36],
  ['铁蛋白测定', 55],
  ['糖化血红蛋白测定', 60],
  ['血脂四项', 42],
  ['胸部CT平扫', 240],
  ['腰椎磁共振平扫', 480],
  ['腹部彩超', 95],
  ['常规心电图', 18],
  ['静脉输液', 9],
  ['普通床位费', 36],
  ['二级护理', 22],
  ['针刺治疗', 28],
  ['推拿治疗', 46],
  ['低频脉冲电治疗', 18],
  ['偏瘫肢体综合训练', 54],
  ['作业疗法', 38],
  ['血液透析', 385],
  ['血液透析滤过', 520],
  ['血液灌流', 480],
  ['腹膜透析换液', 40],
  ['胃镜检查', 190],
  ['白内障超声乳化术', 2600],
  ['骨折切开复位内固定术', 4200],
  ['健康体检套餐', 260],
  ['核酸检测', 16],
  ['顺产接生', 900],
  ['雾化吸入', 14],
  ['血液透析（含耗材）', 430],
];
const GOODS: Array<[string, number]> = [
  ['高通量血液透析器', 96],
  ['一次性血液透析管路', 32],
  ['一次性使用输液器', 4],
  ['动静脉穿刺针', 9],
  ['接骨板', 3100],
  ['人工晶体', 1300],
];

export const ITEMS: readonly Item[] = [
  ...DRUGS.map(([name, price, pack, dose, resale], i) => ({
    code: `XD${String(100301 + i * 137)}`,
    name,
    list: '101' as const,
    price,
    pack,
    dose,
    resale,
  })),
  ...HERBS.map(([name, price], i) => plain(`T0017${String(i * 31 + 100)}`, name, '102', price)),
  ...SERVICES.map(([name, price], i) => plain(`0031${String(10200 + i * 53)}`, name, '201', price)),
  ...GOODS.map(([name, price], i) => plain(`C14${String(20110 + i * 17)}`, name, '301', price)),
];

function plain(code: string, name: string, list: Item['list'], price: number): Item {
  return { code, name, list, price, pack: 1, dose: 1, resale: 0 };
}

const byName = new Map(ITEMS.map((item, i) => [item.name, i]));

/** Indices of items by the beginnings of their names. */
export function items(...names: string[]): number[] {
  return names.map((name) => {
    const exact = byName.get(name) ?? ITEMS.findIndex((item) => item.name.startsWith(name));
    if (exact < 0) throw new Error(`no item ${name}`);
    return exact;
  });
}

export interface Diagnosis {
  readonly code: string;
  readonly name: string;
  readonly dept: number;
  readonly drugs: readonly number[];
  /** Share of out-patient and of in-patient cases. */
  readonly out: number;
  readonly ipt: number;
  /** Median days in hospital. */
  readonly days: number;
  /** 1 in flu season only, 0 all year. */
  readonly flu: number;
}

export const DEPARTMENTS = [
  ['A03', '内科'],
  ['A04', '外科'],
  ['A07', '儿科'],
  ['A11', '骨科'],
  ['A19', '肿瘤科'],
  ['A21', '康复医学科'],
  ['A03.06', '肾病学专业'],
  ['A50', '中医科'],
  ['A10', '眼科'],
  ['A05', '妇产科'],
  ['A30', '急诊医学科'],
  ['A17', '体检中心'],
] as const;

const d = (
  code: string,
  name: string,
  dept: number,
  out: number,
  ipt: number,
  days: number,
  flu: number,
  ...drugs: string[]
): Diagnosis => ({ code, name, dept, out, ipt, days, flu, drugs: items(...drugs) });

export const DIAGNOSES: readonly Diagnosis[] = [
  d('J06.900', '急性上呼吸道感染', 0, 15, 0, 5, 1, '连花清瘟', '复方氨酚', '奥司他韦', '阿莫西林'),
  d('J20.900', '急性支气管炎', 0, 8, 5, 6, 1, '头孢克肟', '布地奈德', '雾化吸入'),
  d('J18.900', '肺炎', 0, 1, 9, 8, 1, '注射用头孢曲松', '0.9%氯化钠', '胸部CT', '布地奈德'),
  d('I10.x00', '高血压病', 0, 14, 3, 7, 0, '苯磺酸氨氯', '厄贝沙坦', '琥珀酸美托', '阿司匹林'),
  d(
    'E11.900',
    '2型糖尿病',
    0,
    11,
    6,
    8,
    0,
    '二甲双胍',
    '甘精胰岛素',
    '达格列净',
    '阿卡波糖',
    '糖化血红',
  ),
  d(
    'I25.103',
    '冠状动脉粥样硬化性心脏病',
    0,
    6,
    9,
    8,
    0,
    '阿托伐他汀',
    '硫酸氢氯',
    '复方丹参',
    '速效',
  ),
  d('I63.900', '脑梗死', 0, 3, 10, 11, 0, '硫酸氢氯', '阿托伐他汀', '银杏叶', '丹红注射液'),
  d('J44.900', '慢性阻塞性肺疾病', 0, 3, 7, 9, 1, '沙美特罗', '布地奈德'),
  d('K29.500', '慢性胃炎', 0, 8, 3, 6, 0, '奥美拉唑', '铝碳酸镁', '胃镜检查'),
  d('M51.202', '腰椎间盘突出', 3, 5, 7, 8, 0, '双氯芬酸', '膏药', '推拿治疗', '腰椎磁共振'),
  d('M47.802', '颈椎病', 7, 5, 4, 7, 0, '针刺治疗', '推拿治疗', '双氯芬酸', '黄芪'),
  d('S82.800', '踝部骨折', 3, 1, 4, 12, 0, '骨折切开', '接骨板', '碳酸钙D3'),
  d('H25.900', '老年性白内障', 8, 1, 4, 3, 0, '白内障超声', '人工晶体'),
  d('K80.200', '胆囊结石', 1, 1, 4, 7, 0, '腹部彩超', '注射用头孢曲松'),
  d('A09.900', '感染性腹泻', 0, 4, 2, 4, 0, '蒙脱石散', '藿香正气'),
  d('L50.900', '荨麻疹', 0, 4, 0, 3, 0, '氯雷他定', '维生素C'),
  d('E03.900', '甲状腺功能减退', 0, 2, 0, 5, 0, '左甲状腺素'),
  d('B18.100', '慢性乙型肝炎', 0, 2, 1, 9, 0, '恩替卡韦'),
  d('R53.x00', '体虚', 7, 3, 0, 5, 0, '黄芪', '当归', '党参', '六味地黄'),
  d('O80.000', '顺产', 9, 0, 3, 4, 0, '顺产接生'),
  d('C34.900', '肺恶性肿瘤', 4, 1, 2, 7, 0, '胸部CT', '昂丹司琼'),
  d('B08.401', '手足口病', 2, 0, 1, 5, 0, '布洛芬', '血常规'),
  d('Z00.000', '健康查体', 11, 0, 0, 1, 0, '健康体检', '血脂四项', '腹部彩超'),
  d('N18.905', '慢性肾脏病5期', 6, 0, 1, 9, 0, '血液透析'),
  d('I69.300', '脑梗死后遗症', 5, 1, 1, 24, 0, '偏瘫肢体', '作业疗法', '低频脉冲', '针刺治疗'),
  d('Z51.102', '恶性肿瘤化学治疗', 4, 0, 0, 3, 0, '多西他赛', '卡铂', '昂丹司琼'),
];

export function diagnosis(code: string): number {
  const i = DIAGNOSES.findIndex((x) => x.code.startsWith(code));
  if (i < 0) throw new Error(`no diagnosis ${code}`);
  return i;
}
