/** Sentences of the detectors that follow drugs and services line by line. */
export const DRUG_REASONS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> =
  {
    'unknown-pattern.same-weeks': {
      zh: '这些人在同几家机构、同几周里买同样的药共 {m} 次；照各自的习惯与各周的忙闲约为 {e} 次{x}。',
      en: 'These people bought the same drugs at the same places in the same weeks {m} times; by their habits and how busy the weeks were it would be about {e}{x}.',
    },
    'unknown-pattern.same-drugs': {
      zh: '那几次里他们买这几种药 {m} 次；照他们别的时候买的东西约为 {e} 次{x}。',
      en: 'On these occasions they bought these drugs {m} times; by what they buy at other times it would be about {e}{x}.',
    },
    'unknown-pattern.same-places': {
      zh: '这几种药他们有 {m} 次买自这几家机构；照他们买别的药的去处约为 {e} 次{x}。',
      en: 'They bought these drugs at these places {m} times; by where they buy other drugs it would be about {e}{x}.',
    },
    'trace-code-loop.repeated-codes': {
      zh: '同一追溯码重复结算共 {m} 次；按这些批号在别处的情况约为 {e} 次{x}。',
      en: 'Trace codes were settled again {m} times; by what their lots show elsewhere it would be about {e}{x}.',
    },
    'trace-code-loop.longest-loop': {
      zh: '最多的一个码结算了 {m} 次，而一盒药只能卖一次。',
      en: 'One code was settled {m} times; a pack is sold once.',
    },
    'trace-code-loop.travelled': {
      zh: '有 {m} 个码先后出现在不同的机构。',
      en: '{m} codes turned up at one institution after another.',
    },
    'trace-code-loop.passed-on': {
      zh: '同几张卡买走的药中有 {m} 盒后来在别家机构又卖给了别人；照这些批号在他人手里的情况约为 {e} 盒{x}。',
      en: 'Of the packs bought on the same few cards {m} were sold again at other institutions, to others; by what their lots show in other hands it would be about {e}{x}.',
    },
    'trace-code-loop.same-drugs': {
      zh: '另有 {m} 张卡在这些药的来处也买过其中多种，别处的买药人几乎没有这样的。',
      en: '{m} more cards had several of these drugs, too, where the packs came from; among those who buy them elsewhere hardly anybody has.',
    },
    'inventory-gap.short-items': {
      zh: '有 {m} 个品种卖出的明显多于买进的；同行约为 {e} 个{x}。',
      en: 'Of {m} items clearly more was sold than bought; at peers it would be about {e}{x}.',
    },
    'inventory-gap.many-short-items': {
      zh: '有 {m} 个品种各短少几盒，单看一种都不显眼；同行约为 {e} 个{x}。',
      en: 'Of {m} items a few packs each are missing, too few of any one to stand out; at peers it would be about {e}{x}.',
    },
    'inventory-gap.missing-packs': {
      zh: '缺口最大的品种卖出 {m} 盒；有购进、库存可以说明的约 {e} 盒{x}。',
      en: 'Of the item with the largest gap {m} packs were sold; purchases and stock account for about {e}{x}.',
    },
    'duplicate-prescribing.overlapping-supply': {
      zh: '别家医院的同一成分尚未用完又重复开出，共 {m} 天的量；有重叠的人一般约为 {e} 天{x}。',
      en: 'The same ingredient was given again for {m} days while another hospital’s was not used up; among those with any overlap about {e} is usual{x}.',
    },
    'duplicate-prescribing.hospitals': {
      zh: '同一成分来自 {m} 家医院。',
      en: 'The same ingredient came from {m} hospitals.',
    },
    'clone-records.same-items': {
      zh: '同一医生（病区）同一诊断有 {m} 份费用清单几乎完全相同；照别家医院约为 {e} 份{x}。',
      en: '{m} bills of one doctor or ward with one diagnosis are nearly the same list; by other hospitals it would be about {e}{x}.',
    },
    'clone-records.rewritten-items': {
      zh: '同一医院同一诊断有 {m} 份费用清单的一半以上照抄一两份底稿，只换了几项；照别家医院约为 {e} 份{x}。',
      en: '{m} bills of one house with one diagnosis repeat half or more of a list or two, with some items swapped; by other hospitals it would be about {e}{x}.',
    },
    'clone-records.across-departments': {
      zh: '同一医院不同科室、不同类疾病的 {m} 份住院清单连数量都几乎相同；照别家医院约为 {e} 份{x}。',
      en: '{m} in-patient bills of one house, for several departments and kinds of disease, are nearly the same list to the amount; by other hospitals it would be about {e}{x}.',
    },
    'clone-records.share-of-records': {
      zh: '雷同的清单占 {m}；照别家医院约为 {e}{x}。',
      en: '{m} of the bills are nearly one bill; by other hospitals it would be about {e}{x}.',
    },
    'drug-resale-ring.same-drugs-same-places': {
      zh: '这些卡在同样的地方取同样的易转卖药品，关联分 {m}；把去处随机打乱之后，最强的一组平均只有 {e}{x}。',
      en: 'These cards fetch the same easily resold drugs at the same places, linked with a score of {m}; when destinations are shuffled, the strongest group reaches {e} on average{x}.',
    },
    'drug-resale-ring.supply-for-each-day': {
      zh: '易转卖药品的供应量合每天 {m} 天的量；取这类药的人平均约为 {e}{x}。',
      en: 'Easily resold drugs were fetched for {m} days of supply each day; those who take such drugs have {e} on average{x}.',
    },
    'drug-resale-ring.places': {
      zh: '这些药取自 {m} 家机构；一般人约为 {e} 家{x}。',
      en: 'They came from {m} institutions; for others it is about {e}{x}.',
    },
    'drug-resale-ring.prescribers': {
      zh: '开方医生有 {m} 名；一般人约为 {e} 名{x}。',
      en: 'They were prescribed by {m} doctors; for others it is about {e}{x}.',
    },
    'therapy-overcount.massage-counts': {
      zh: '推拿计 {m} 次；别家在同样的天数里约计 {e} 次{x}。',
      en: 'Massage was counted {m} times; others count about {e} for as many days{x}.',
    },
    'therapy-overcount.acupuncture-counts': {
      zh: '针灸计 {m} 次；别家在同样的天数里约计 {e} 次{x}。',
      en: 'Acupuncture was counted {m} times; others count about {e} for as many days{x}.',
    },
    'therapy-overcount.rehabilitation-counts': {
      zh: '康复训练计 {m} 次；别家在同样的天数里约计 {e} 次{x}。',
      en: 'Rehabilitation was counted {m} times; others count about {e} for as many days{x}.',
    },
    'therapy-overcount.physiotherapy-counts': {
      zh: '理疗计 {m} 次；别家在同样的天数里约计 {e} 次{x}。',
      en: 'Physiotherapy was counted {m} times; others count about {e} for as many days{x}.',
    },
    'therapy-overcount.imaging-counts': {
      zh: '影像检查计 {m} 次；别家在同样的天数里约计 {e} 次{x}。',
      en: 'Imaging was counted {m} times; others count about {e} for as many days{x}.',
    },
    'therapy-overcount.laboratory-counts': {
      zh: '检验计 {m} 次；别家在同样的天数里约计 {e} 次{x}。',
      en: 'Laboratory tests were counted {m} times; others count about {e} for as many days{x}.',
    },
    'therapy-overcount.beyond-hands': {
      zh: '有 {m} 天所计的手工治疗超出全部开单人员一天能做的时间。',
      en: 'On {m} days the sittings took more time than everybody who ordered them has in a day.',
    },
  };
