/** Sentences of the detectors that follow drugs and services line by line. */
export const DRUG_REASONS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> =
  {
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
  };
