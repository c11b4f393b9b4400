/** Sentences of the detectors that judge the conduct of institutions, doctors and single people. */
export const CONDUCT_REASONS: Readonly<
  Record<string, { readonly zh: string; readonly en: string }>
> = {
  'bed-hanging.seen-elsewhere': {
    zh: '有 {m} 次住院，病人“在床”期间却在别处购药或就诊；照同级医院的比例约为 {e} 次{x}。',
    en: 'During {m} stays the patient bought medicine or was treated elsewhere; at hospitals of the level it would be about {e}{x}.',
  },
  'bed-hanging.seen-again': {
    zh: '其中 {m} 次住院期间不止一次在别处出现；照其他医院的比例约为 {e} 次{x}。',
    en: 'During {m} of them the patient was seen elsewhere more than once; by what other hospitals show it would be about {e}{x}.',
  },
  'bed-hanging.stays-alike': {
    zh: '有 {m} 人住院天数相近，平时只在别处就诊、从不来本院门诊；按病种与同级医院约为 {e} 人{x}。',
    en: '{m} people stayed for about the same number of nights who are otherwise seen elsewhere and never here; by diagnosis and hospitals of the level it would be about {e}{x}.',
  },
  'bed-hanging.of-a-season': {
    zh: '其中 {m} 次集中在一段时期；照其余各周的水平约为 {e} 次，而同期其他住院并未这样增加。',
    en: '{m} of these stays lie in one season, in which by the other weeks there would be about {e}; the other stays did not grow so.',
  },
  'bed-hanging.families-unknown': {
    zh: '其中 {m} 人（共 {e} 人）不知与谁同户，分不清是不是亲属持卡代取，故待人复核。',
    en: 'Of {m} of the {e} people it is not known with whom they live: a relative may have fetched with the card, so a person has to look.',
  },
  'bed-hanging.more-than-beds': {
    zh: '在院人数超过核定床位的有 {m} 天；同级医院一般约为 {e} 天{x}。',
    en: 'On {m} days more patients were in bed than there are approved beds; at peers about {e} is usual{x}.',
  },
  'split-admission.returns': {
    zh: '出院后 15 天内因同类疾病又住回本院 {m} 次；按病种与年龄约为 {e} 次{x}。',
    en: '{m} times a patient was back within 15 days for the same kind of illness; by diagnosis and age it would be about {e}{x}.',
  },
  'split-admission.returns-at-once': {
    zh: '出院后一两天内因同类疾病又住回本院 {m} 次；按病种与年龄约为 {e} 次{x}。',
    en: '{m} times a patient was back within two days for the same kind of illness; by diagnosis and age it would be about {e}{x}.',
  },
  'split-admission.returns-after-limit': {
    zh: '15 天期限刚过的一周里，因同类疾病又住回本院 {m} 次；按病种与年龄约为 {e} 次{x}。',
    en: '{m} times a patient was back for the same kind of illness in the week just after the 15 days; by diagnosis and age it would be about {e}{x}.',
  },
  'split-admission.chain': {
    zh: '同一人出院不久又入院，接连 {m} 次；同样多次返院的人一般约为 {e} 次{x}。',
    en: 'One person was admitted again soon after discharge {m} times; others who return as often would have about {e}{x}.',
  },
  'split-admission.rotation': {
    zh: '这些住院轮换于 {m} 家医院；常返院的人一般在 {e} 家{x}。',
    en: 'These stays rotate over {m} hospitals; people who return often use about {e}{x}.',
  },
  'impossible-doctor.two-sites': {
    zh: '同一医师几分钟内在相距甚远的两处都有门诊，共 {m} 天；由错码可以说明的约 {e} 天{x}。',
    en: 'On {m} days one doctor saw out-patients at two distant sites within minutes; wrong codes would explain about {e}{x}.',
  },
  'impossible-doctor.more-than-a-day': {
    zh: '接诊人数多到一天的时间不够用的有 {m} 天；一般医师约为 {e} 天{x}。',
    en: 'On {m} days there were more patients than the minutes of a day hold; for doctors in general it is about {e}{x}.',
  },
  'multi-site-convoy.same-round': {
    zh: '不相干的卡同一天按同样的次序先后到过同几家药店，两两合计 {m} 次；照各自跑几家的习惯约为 {e} 次{x}。',
    en: 'Cards of unrelated people went round the same pharmacies on one day in the same order, {m} times counted in pairs; by their habits it would be about {e}{x}.',
  },
  'multi-site-convoy.regular-rounds': {
    zh: '有 {m} 个互不相干的人一再在同一天跑同样两家药店；照一般人的习惯约为 {e} 人{x}。',
    en: '{m} unrelated people were at the same two pharmacies on one day again and again; by the habits of others it would be about {e}{x}.',
  },
  'multi-site-convoy.card-order': {
    zh: '其中 {m} 次连两张卡的先后也始终一样；凭巧合约为 {e} 次{x}。',
    en: 'In {m} of these the two cards, too, came in the same order at each; by chance it would be about {e}{x}.',
  },
  'rent-a-patient-core.joint-days': {
    zh: '其中的人两两计算，有 {m} 次在不同的日子同日出现在不同的机构；凭巧合约为 {e} 次{x}。',
    en: 'Counted by pairs of these people, two were {m} times at one institution on one day, each time another institution and another day; by chance it would be about {e}{x}.',
  },
  'rent-a-patient-core.dense-core': {
    zh: '这些人与这些机构之间有 {m} 条往来；照当地其他人的习惯约为 {e} 条{x}。',
    en: 'These people and institutions are joined by {m} links; by the habits of others of their areas it would be about {e}{x}.',
  },
  'rent-a-patient-core.least-links': {
    zh: '其中每个人至少用过这些机构中的 {m} 家；照习惯平均约为 {e} 家{x}。',
    en: 'Each of these people used at least {m} of the institutions; by habit it would be about {e} on average{x}.',
  },
  'card-agent-hub.one-phone': {
    zh: '同一个电话背后有 {m} 户人家的卡；一般一个电话约 {e} 户{x}。',
    en: 'The cards of {m} homes have one telephone; a telephone usually stands for about {e}{x}.',
  },
  'card-agent-hub.one-proxy': {
    zh: '同一个代办人名下有 {m} 户人家的卡；一般一个电话或代办人约 {e} 户{x}。',
    en: 'One proxy acts for the cards of {m} homes; a telephone or proxy usually stands for about {e}{x}.',
  },
  'card-agent-hub.one-payee': {
    zh: '同一个收款账户领取 {m} 户人家的款项；一般一个电话或账户约 {e} 户{x}。',
    en: 'One account is paid for the cards of {m} homes; a telephone or account usually stands for about {e}{x}.',
  },
  'card-agent-hub.few-cards-each': {
    zh: '这些卡两三张共留一个电话，持卡人不同村，却都在同几家机构使用（关联分 {m}）；照当地其他人的习惯约为 {e}{x}。',
    en: 'These cards give a telephone for every two or three people of different villages, and all are used at the same places (score {m}); by the habits of others of their areas it would be about {e}{x}.',
  },
  'card-agent-hub.used-together': {
    zh: '这些卡在同一天、同一机构一起出现 {m} 次；照各自去那里的次数，凭巧合约为 {e} 次{x}。',
    en: 'These cards were at one place on one day {m} times; by how often each goes there it would be about {e} by chance{x}.',
  },
  'steering-loop.to-one-pharmacy': {
    zh: '该医师的病人看完病有 {m} 人到同一家药店购药；照习惯、住地和距离约为 {e} 人{x}。',
    en: '{m} of this doctor’s patients went on to one pharmacy; by habit, home and distance it would be about {e}{x}.',
  },
  'steering-loop.to-one-hospital': {
    zh: '该医师的病人看完病有 {m} 人住进同一家医院；照习惯、住地和距离约为 {e} 人{x}。',
    en: '{m} of this doctor’s patients were soon admitted to one hospital; by habit, home and distance it would be about {e}{x}.',
  },
  'sudden-change.visits': {
    zh: '变化期间结算 {m} 笔；照平时的水平和同行的走势约为 {e} 笔{x}。',
    en: 'During the change there were {m} settlements; by the usual level and the peers’ course it would be about {e}{x}.',
  },
  'sudden-change.spend': {
    zh: '变化期间的基金支出相当于 {m} 笔平均结算；照平时的水平和同行的走势约为 {e} 笔{x}。',
    en: 'During the change the fund paid as much as for {m} average settlements; by the usual level and the peers’ course it would be about {e}{x}.',
  },
  'sudden-change.outsiders': {
    zh: '变化期间外地参保人结算 {m} 笔；照平时的水平和同行的走势约为 {e} 笔{x}。',
    en: 'During the change there were {m} settlements of people insured elsewhere; by the usual level and the peers’ course it would be about {e}{x}.',
  },
  'sudden-change.new-regulars': {
    zh: '{m} 人以前从未在此就诊，此后却一来再来；照同行的情形约为 {e} 人{x}。',
    en: '{m} people who had never been there came again and again from then on; by the peers it would be about {e}{x}.',
  },
  'sudden-change.lasts': {
    zh: '这一变化持续 {m} 周。',
    en: 'The change lasts {m} weeks.',
  },
};
