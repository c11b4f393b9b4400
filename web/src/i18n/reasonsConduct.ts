/** Sentences of the detectors that judge the conduct of institutions, doctors and single people. */
export const CONDUCT_REASONS: Readonly<
  Record<string, { readonly zh: string; readonly en: string }>
> = {
  'bed-hanging.seen-elsewhere': {
    zh: '有 {m} 次住院，病人“在床”期间却在别处购药或就诊；照同级医院的比例约为 {e} 次{x}。',
    en: 'During {m} stays the patient bought medicine or was treated elsewhere; at hospitals of the level it would be about {e}{x}.',
  },
  'bed-hanging.more-than-beds': {
    zh: '在院人数超过核定床位的有 {m} 天；同级医院一般约为 {e} 天{x}。',
    en: 'On {m} days more patients were in bed than there are approved beds; at peers about {e} is usual{x}.',
  },
};
