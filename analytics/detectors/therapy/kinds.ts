/** Services that are counted by the session and easily counted twice; the first that a name fits. */
export const THERAPIES: ReadonlyArray<{
  readonly kind: string;
  readonly name: RegExp;
  /** Minutes of one person’s hands; 0 where a machine does it and hands say nothing. */
  readonly minutes: number;
}> = [
  { kind: 'massage', name: /推拿|按摩/, minutes: 20 },
  { kind: 'acupuncture', name: /针刺|电针|温针|针灸|灸法|艾灸|拔罐|放血|穴位/, minutes: 15 },
  {
    kind: 'rehabilitation',
    name: /训练|运动疗法|作业疗法|康复|关节松动|言语治疗|吞咽/,
    minutes: 30,
  },
  {
    kind: 'physiotherapy',
    name: /电疗|电刺激|低频|中频|超短波|红外线|磁疗|牵引|蜡疗|光疗|熏洗|理疗/,
    minutes: 0,
  },
  { kind: 'imaging', name: /CT|磁共振|MRI|彩超|彩色多普勒|超声|X线|DR|造影/i, minutes: 0 },
  {
    kind: 'laboratory',
    name: /测定|检测|血常规|尿常规|细胞分析|尿液分析|肝功|肾功|血脂|电解质|凝血|培养/,
    minutes: 0,
  },
];

/** Index into THERAPIES, −1 for anything else. */
export function therapyOf(name: string): number {
  return THERAPIES.findIndex((t) => t.name.test(name));
}
