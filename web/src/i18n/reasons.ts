/**
 * A sentence for each reason code. `{m}` measured and `{e}` expected, `{mu}` and `{eu}` with the
 * unit, `{x}` where “so many times” goes when the ratio says something.
 */
export interface Template {
  readonly zh: string;
  readonly en: string;
}

export const REASONS: Readonly<Record<string, Template>> = {
  'patient-brokering-ring.joint-stays': {
    zh: '成员两两同入院、同出院(前后不超过一天)共 {m} 次;按各自习惯,只会碰上约 {e} 次{x}。',
    en: 'Members entered and left hospital together (within a day both ways) {m} times; by their habits it would be about {e}{x}.',
  },
  'patient-brokering-ring.zero-cash': {
    zh: '这些住院中个人一分现金未付的占 {m};同类医院约为 {e}{x}。',
    en: 'In {m} of these stays the patient paid nothing in cash; at like hospitals it is about {e}{x}.',
  },
  'patient-brokering-ring.same-origin': {
    zh: '成员来自同一村居、住址或电话的占 {m};随机约为 {e}{x}。',
    en: '{m} of the members come from one village, address or phone; by chance it would be about {e}{x}.',
  },
  'patient-brokering-ring.hospital-hops': {
    zh: '成员一同换了医院 {m} 次;各走各的约为 {e} 次{x}。',
    en: 'Members moved between hospitals together {m} times; going their own ways it would be about {e}{x}.',
  },
  'patient-brokering-ring.feeder-share': {
    zh: '医院的住院病人有 {m} 来自同一来源;按距离推算约为 {e}{x}。',
    en: '{m} of the hospital’s admissions come from one source; distance would explain about {e}{x}.',
  },
  'patient-brokering-ring.shared-places': {
    zh: '成员共同使用的医院组合有 {m} 处;按常见程度推算约为 {e} 处{x}。',
    en: 'Members share {m} hospitals; by how common those are it would be about {e}{x}.',
  },
  'card-farming-pharmacy.joint-swipes': {
    zh: '无亲属关系的卡在 10 分钟内先后刷卡共 {m} 次;按各自习惯,只会碰上约 {e} 次{x}。',
    en: 'Cards of unrelated people were swiped within ten minutes of one another {m} times; by their habits it would be about {e}{x}.',
  },
  'card-farming-pharmacy.burst': {
    zh: '最集中的时段里刷了 {m} 张卡;该药店同一时段平时约为 {e} 张{x}。',
    en: 'In the busiest stretch {m} cards were swiped; this pharmacy usually sees about {e} at that hour{x}.',
  },
  'card-farming-pharmacy.swiped-in-hospital': {
    zh: '持卡人正在住院时,卡仍在药店被刷 {m} 次;由差错可以说明的约 {e} 次{x}。',
    en: 'Cards were swiped {m} times while their holders lay in hospital; errors would explain about {e}{x}.',
  },
  'card-farming-pharmacy.far-away': {
    zh: '持卡人在外地就诊的当天,卡仍在本地被刷 {m} 次;正常约为 {e} 次{x}。',
    en: 'Cards were swiped here {m} times on days their holders were treated far away; normally about {e}{x}.',
  },
  'card-farming-pharmacy.swipe-refund-swipe': {
    zh: '“刷卡—退费—再刷”出现 {m} 次;同类药店约为 {e} 次{x}。',
    en: 'Swipe, refund, swipe again happened {m} times; at like pharmacies about {e}{x}.',
  },
  'card-farming-pharmacy.same-basket': {
    zh: '这些卡所购药品雷同的占 {m};同店其他顾客约为 {e}{x}。',
    en: '{m} of these cards’ purchases are the same basket; among other customers it is about {e}{x}.',
  },
  'card-farming-pharmacy.closed-hours': {
    zh: '在该药店从不营业的钟点刷卡 {m} 次;正常约为 {e} 次{x}。',
    en: 'Cards were swiped {m} times at hours when this pharmacy is never open; normally about {e}{x}.',
  },
  'card-farming-pharmacy.shared-places': {
    zh: '这些卡共同使用的地点有 {m} 处;按常见程度推算约为 {e} 处{x}。',
    en: 'These cards share {m} places; by how common those are it would be about {e}{x}.',
  },
  'card-farming-pharmacy.year-end': {
    zh: '年底刷卡金额占全年 {m};同类药店约为 {e}{x}。',
    en: '{m} of the year’s money was swiped at its end; at like pharmacies about {e}{x}.',
  },
  'impersonated-dialysis.in-hospital-elsewhere': {
    zh: '病人在别处住院期间,仍有 {m} 次透析结算;由差错可以说明的约 {e} 次{x}。',
    en: '{m} dialysis sessions were settled while the patient lay in another hospital; errors would explain about {e}{x}.',
  },
  'impersonated-dialysis.two-centres': {
    zh: '同一天在两个透析中心都有透析,共 {m} 天;由差错可以说明的约 {e} 天{x}。',
    en: 'On {m} days there were sessions at two centres; errors would explain about {e}{x}.',
  },
  'impersonated-dialysis.after-death': {
    zh: '登记死亡之后仍有 {m} 次透析;由差错可以说明的约 {e} 次{x}。',
    en: '{m} sessions were settled after the recorded death; errors would explain about {e}{x}.',
  },
  'impersonated-dialysis.over-five-a-week': {
    zh: '每周超过 5 次透析的有 {m} 周;正常约为 {e} 周{x}。',
    en: 'In {m} weeks there were more than five sessions; normally about {e}{x}.',
  },
  'impersonated-dialysis.missing-supports': {
    zh: '没有抗凝剂、促红素、透析器或常规检验相配的透析占 {m};该中心与同类中心约为 {e}{x}。',
    en: '{m} of the sessions lack anticoagulant, EPO, dialyser or routine tests; at this and like centres it is about {e}{x}.',
  },
  'impersonated-dialysis.over-capacity': {
    zh: '透析人次超过“机器数 × 班次”的有 {m} 天;正常约为 {e} 天{x}。',
    en: 'On {m} days there were more sessions than machines times shifts; normally about {e}{x}.',
  },
};
