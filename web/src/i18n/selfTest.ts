/** 自检：在本期数据的影子副本里种入团伙，用同一流程查一遍。The self-test of a run, in both languages. */
export const zhSelfTest = {
  selfTest: {
    title: '自检',
    help: '在本期数据的影子副本里种入人造团伙，用同一流程查一遍：列表里的数字是“查到 / 种入”。影子数据不进入落地区、图库和任何团伙。',
    notPrecision: '这只说明这样的团伙会查到多少，不是疑点的准确率。',
    brief: '自检查到 {{found}} / {{planted}}',
    type: '种入的类型',
    level: '伪装 {{level}}',
    levelsTitle: '伪装级别',
    levels: {
      c0: '不伪装',
      c1: '混入随机的正常就诊',
      c2: '混入常去机构的正常就诊',
      c3: '盗用活跃持卡人的卡',
      c4: '熟知默认参数并刻意避开',
    },
    cell: '种入 {{planted}} 个，查到 {{found}} 个',
    notPlanted: '本次没有种入',
    floor:
      '逃逸下限：漏掉的种入团伙中，基金支付最多的是一个“{{type}}”，{{people}} 人、{{money}}，伪装级别 {{level}}。',
    nothing: '本期数据里的人员和机构太少，种不下任何团伙，所以说不出会漏掉什么。',
    noFloor: '逃逸下限：种入的 {{planted}} 个团伙全部查到。',
    copies_one:
      '在 {{count}} 个影子副本里种入；每个副本有 {{settlements}} 笔结算、{{patients}} 名参保人，种入者不超过其中 0.5%。',
    copies_other:
      '分 {{count}} 个影子副本种入；每个副本有 {{settlements}} 笔结算、{{patients}} 名参保人，种入者不超过其中 0.5%。',
    none: '还没有自检',
    noneHelp: '每周重建和页面上的重建会在发布之后自动自检；也可以现在就做。',
    waiting: '自检在排队',
    waitingHelp: '有别的任务时自检让路，之后自动进行。',
    active: '正在自检',
    failed: '上次自检没有完成',
    run: '现在自检',
    again: '再自检一次',
    started: '自检已排队',
    earlier: '下面是更早一次自检的结果。',
    at: '完成时间',
    seed: '种子',
    missed: '漏掉的种入团伙',
    people: '人数',
    institutions: '机构数',
    money: '基金支付',
  },
} as const;

export const enSelfTest = {
  selfTest: {
    title: 'Self-test',
    help: 'Made-up rings are planted in shadow copies of this period and searched by the same pipeline: the numbers are found / planted. Nothing of them enters landing, the graph or any ring.',
    notPrecision:
      'This says what share of such rings would be found. It is never the precision of the findings.',
    brief: 'self-test found {{found}} / {{planted}}',
    type: 'Planted type',
    level: 'camouflage {{level}}',
    levelsTitle: 'Camouflage',
    levels: {
      c0: 'none',
      c1: 'among random honest visits',
      c2: 'among honest visits to popular places',
      c3: 'cards of active people taken over',
      c4: 'knows the defaults and evades them',
    },
    cell: '{{planted}} planted, {{found}} found',
    notPlanted: 'not planted this time',
    floor:
      'Evasion floor: of the planted rings that were missed, the one the fund paid most for is a “{{type}}” of {{people}} people and {{money}}, at camouflage {{level}}.',
    nothing:
      'This period has too few people and institutions for any ring to be planted, so nothing can be said of what would be missed.',
    noFloor: 'Evasion floor: all {{planted}} planted rings were found.',
    copies_one:
      'Planted in {{count}} shadow copy of {{settlements}} settlements and {{patients}} insured persons, at most 0.5% of whom are planted.',
    copies_other:
      'Planted in {{count}} shadow copies, each of {{settlements}} settlements and {{patients}} insured persons, at most 0.5% of whom are planted.',
    none: 'No self-test yet',
    noneHelp:
      'The weekly rebuild and a rebuild from this page are followed by one by themselves; it can also be done now.',
    waiting: 'The self-test is waiting',
    waitingHelp: 'It gives way to every other job, and begins by itself after it.',
    active: 'The self-test is running',
    failed: 'The last self-test did not come to its end',
    run: 'Test now',
    again: 'Test again',
    started: 'Self-test queued',
    earlier: 'Below is what an earlier self-test found.',
    at: 'Finished',
    seed: 'Seed',
    missed: 'Planted rings that were missed',
    people: 'People',
    institutions: 'Institutions',
    money: 'Paid by the fund',
  },
};
