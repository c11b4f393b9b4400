import type { RingDocument } from '../../../api/export/document.js';

/** A ring whose names try to break out of every format. */
export const HOSTILE = {
  label: '=cmd|\' /C calc\'!A0 <b>&amp;"康复"\u0000\u0008\ud800𠮷\n下一行\t',
  /** What XML can hold of it. */
  inXml: '=cmd|\' /C calc\'!A0 <b>&amp;"康复"𠮷\n下一行\t',
};

export const DOCUMENT: RingDocument = {
  ring: {
    id: 'f1',
    ring: 'R-7K2Q',
    run: 'r1',
    detector: 'card-farming-pharmacy',
    kind: 'ring',
    status: 'finding',
    score: 0.97,
    q: 0.0031,
    change: 'born',
    period: { from: '2025-01-01', to: '2026-01-01' },
    fundAtRisk: '123456.78',
    roles: { core: 1, member: 2 },
    core: [{ kind: 'institution', id: 'H1', label: HOSTILE.label }],
    regions: ['500101'],
    reasons: [
      {
        index: 0,
        code: 'card-farming-pharmacy.joint-swipes',
        detector: 'card-farming-pharmacy',
        measured: 41,
        expected: 2.3,
        unit: 'days',
        p: 1e-12,
        settlements: 2,
      },
    ],
    subjects: [],
    innocent: [{ code: 'same-household', q: 0.4, weight: 0.1 }],
  },
  settlements: [['S1', 'S2']],
  nodes: [
    {
      key: 'institution:H1',
      kind: 'institution',
      id: 'H1',
      label: HOSTILE.label,
      role: 'core',
      attributes: { region: '500101', beds: 12 },
      degrees: { patient: 200_000 },
    },
    {
      key: 'patient:P"1\'<&>',
      kind: 'patient',
      id: 'P"1\'<&>',
      label: 'P"1\'<&>',
      role: 'member',
      attributes: {},
      degrees: { institution: 1 },
    },
    {
      key: 'patient:P2',
      kind: 'patient',
      id: 'P2',
      label: '+P2',
      role: 'member',
      attributes: { region: '500102' },
      degrees: {},
    },
  ],
  edges: [
    {
      key: 'patient:P"1\'<&>|institution:H1',
      source: 'patient:P"1\'<&>',
      target: 'institution:H1',
      count: 41,
      money: '90071992547409.91',
      first: '2025-01-31T08:05:00+08:00',
      last: '2025-12-31T23:59:59+08:00',
    },
    {
      key: 'patient:P2|institution:H1',
      source: 'patient:P2',
      target: 'institution:H1',
      count: 1,
      money: '-0.50',
      first: '2025-02-01T00:00:00+08:00',
      last: '2025-02-01T00:00:00+08:00',
    },
  ],
};
