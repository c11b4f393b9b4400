import { CONDUCT_REASONS } from './reasonsConduct.js';
import { DRUG_REASONS } from './reasonsDrugs.js';

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
    zh: '成员两两同时入院、同时出院（前后不超过一天）共 {m} 次；照医院的常情，只会碰上约 {e} 次{x}。',
    en: 'Pairs of members entered and left hospital together (within a day both ways) {m} times; by what is usual at these hospitals it would be about {e}{x}.',
  },
  'patient-brokering-ring.wave-companions': {
    zh: '成员同住的那几批里，另有 {m} 次旁人的住院也同日进、同日出；按该院前后各周，只会有约 {e} 次{x}。',
    en: 'In the waves of joint stays {m} further people’s stays began and ended on the same days; other weeks at these hospitals would give about {e}{x}.',
  },
  'patient-brokering-ring.zero-cash': {
    zh: '有 {m} 次住院个人一分现金未付；按总体比例约为 {e} 次{x}。',
    en: 'For {m} stays the patient paid nothing in cash; at the general rate it would be about {e}{x}.',
  },
  'patient-brokering-ring.same-origin': {
    zh: '成员来自同一村居、住址或电话的占 {m}；随机约为 {e}{x}。',
    en: '{m} of the members come from one village, address or phone; by chance it would be about {e}{x}.',
  },
  'patient-brokering-ring.hospital-hops': {
    zh: '共同住院出现在 {m} 家医院，而不只是一家。',
    en: 'The joint stays happened at {m} hospitals, not just one.',
  },
  'patient-brokering-ring.feeder-share': {
    zh: '医院的住院病人有 {m} 来自一两处来源（养老院、电话或村居）；按距离和年龄推算约为 {e}{x}。',
    en: '{m} of the hospital’s admissions come from one or two sources (a home, a phone, a village); distance and age would explain about {e}{x}.',
  },
  'patient-brokering-ring.feeder-stays': {
    zh: '这些来源的人在该院住院 {m} 次；同样多、同样年纪的人在所有医院合计约为 {e} 次{x}。',
    en: 'People of these sources had {m} stays there; as many people of their ages have about {e} at all hospitals together{x}.',
  },
  'card-farming-pharmacy.homes-unknown': {
    zh: '其中 {m} 人（共 {e} 人）不知住在哪里，分不清是不是养老院由护工代取，故待人复核。',
    en: 'Of {m} of the {e} people it is not known where they live: the carer of a home may have fetched for them, so a person has to look.',
  },
  'card-farming-pharmacy.joint-swipes': {
    zh: '不相干的卡在同一药店先后几分钟内刷卡共 {m} 次；照各自的习惯，只会碰上约 {e} 次{x}。',
    en: 'Cards of unrelated people were swiped at one pharmacy within minutes of one another {m} times; by their habits it would be about {e}{x}.',
  },
  'card-farming-pharmacy.burst': {
    zh: '最集中的时段里刷了 {m} 张卡；该药店同一时段平时约为 {e} 张{x}。',
    en: 'In the busiest stretch {m} cards were swiped; this pharmacy usually sees about {e} at that hour{x}.',
  },
  'card-farming-pharmacy.beyond-promotions': {
    zh: '最忙的一天刷卡量是平日的 {m} 倍；其他药店（含促销日）最多约为 {e} 倍。',
    en: 'The busiest day had {m} times the usual cards; at other pharmacies, promotions included, it is at most about {e} times.',
  },
  'card-farming-pharmacy.even-gaps': {
    zh: '其中 {m} 次刷卡与前一次的间隔几乎相同；排队结账时约为 {e} 次{x}。',
    en: '{m} of these swipes followed at the same gap as the one before; at a till with a queue it would be about {e}{x}.',
  },
  'card-farming-pharmacy.swiped-in-hospital': {
    zh: '持卡人正在住院时，卡仍在药店被刷 {m} 次；由差错可以说明的约 {e} 次{x}。',
    en: 'Cards were swiped {m} times while their holders lay in hospital; errors would explain about {e}{x}.',
  },
  'card-farming-pharmacy.swipe-refund-swipe': {
    zh: '刷卡后又退费的有 {m} 次；按药店的总体比例约为 {e} 次{x}。',
    en: 'Swipes were refunded {m} times; at the general rate of pharmacies it would be about {e}{x}.',
  },
  'card-farming-pharmacy.same-basket': {
    zh: '先后刷卡的场合里，有 {m} 次两人买的药完全相同；凭巧合约为 {e} 次{x}。',
    en: 'On {m} joint visits two people bought the very same basket; by chance it would be about {e}{x}.',
  },
  'card-farming-pharmacy.one-basket': {
    zh: '先后刷卡时，有 {m} 户买的总是同一篮药；长期用药的人碰巧如此的约为 {e} 户{x}。',
    en: 'When they met, {m} homes usually bought one and the same basket; of people who take a medicine month after month about {e} would{x}.',
  },
  'card-farming-pharmacy.high-amounts': {
    zh: '先后刷卡时每笔平均 {m}；该药店一般每笔约为 {e}{x}。',
    en: 'Joint swipes came to {m} each on average; at this pharmacy about {e} is usual{x}.',
  },
  'card-farming-pharmacy.closed-hours': {
    zh: '深夜（22 时至次日 6 时）刷卡 {m} 次；按药店的总体比例约为 {e} 次{x}。',
    en: 'Cards were swiped {m} times at night (22:00 to 06:00); at the general rate of pharmacies it would be about {e}{x}.',
  },
  'card-farming-pharmacy.shared-places': {
    zh: '这些卡共用少见的地点组合，关联分 {m}；把去处随机打乱之后，最强的一组平均只有 {e}{x}。',
    en: 'These cards share an unusual set of places, linked with a score of {m}; when destinations are shuffled, the strongest group reaches {e} on average{x}.',
  },
  'impersonated-dialysis.in-hospital-elsewhere': {
    zh: '病人在别处住院期间，仍有 {m} 次透析结算；由差错可以说明的约 {e} 次{x}。',
    en: '{m} dialysis sessions were settled while the patient lay in another hospital; errors would explain about {e}{x}.',
  },
  'impersonated-dialysis.two-centres': {
    zh: '同一天在两个透析中心都有透析，共 {m} 天；由差错可以说明的约 {e} 天{x}。',
    en: 'On {m} days there were sessions at two centres; errors would explain about {e}{x}.',
  },
  'impersonated-dialysis.after-death': {
    zh: '登记死亡之后仍有 {m} 次透析；由差错可以说明的约 {e} 次{x}。',
    en: '{m} sessions were settled after the recorded death; errors would explain about {e}{x}.',
  },
  'impersonated-dialysis.over-five-a-week': {
    zh: '每周超过 5 次透析的有 {m} 周；正常约为 {e} 周{x}。',
    en: 'In {m} weeks there were more than five sessions; normally about {e}{x}.',
  },
  'impersonated-dialysis.missing-supports': {
    zh: '透析中缺少应有的抗凝剂、促红素、透析器或常规检验共 {m} 项；诚实的透析约缺 {e} 项{x}。',
    en: '{m} supports (anticoagulant, EPO, dialyser, routine tests) are missing from these sessions; honest ones would lack about {e}{x}.',
  },
  'impersonated-dialysis.odd-course': {
    zh: '有 {m} 人的透析中途开始、中途停止，既未死亡也未转往别处，或与另一中心同时进行；按同行约为 {e} 人{x}。',
    en: 'For {m} patients dialysis began and stopped without a death or a move, or ran beside another centre’s; at peers it would be about {e}{x}.',
  },
  'impersonated-dialysis.over-capacity': {
    zh: '透析人次超过“机器数 × 班次”的有 {m} 天；正常约为 {e} 天{x}。',
    en: 'On {m} days there were more sessions than machines times shifts; normally about {e}{x}.',
  },
  'patient-brokering-ring.joint-waves': {
    zh: '两名成员在相近几天内先后入院共 {m} 次，分在几家医院；按各自住院频次凭巧合约 {e}{x}。',
    en: 'Two members entered hospital within the same few days {m} times, spread over hospitals; by how often each is in, chance gives about {e}{x}.',
  },
  'patient-brokering-ring.shared-hospitals': {
    zh: '成员共用少见的医院组合，关联分 {m}；把去处随机打乱之后，最强的一组平均只有 {e}{x}。',
    en: 'Members share an unusual set of hospitals, linked with a score of {m}; when destinations are shuffled, the strongest group reaches {e} on average{x}.',
  },
  ...CONDUCT_REASONS,
  ...DRUG_REASONS,
};
