import { edgeFacts, type RingDocument, ringFacts } from './document.js';

const COLUMNS = [
  'record',
  'kind',
  'id',
  'label',
  'role',
  'target_kind',
  'target_id',
  'target_label',
  'settlements',
  'money',
  'first',
  'last',
  'code',
  'detector',
  'measured',
  'expected',
  'unit',
  'p',
  'q',
  'weight',
  'score',
  'status',
] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], string | number>>;

/**
 * One table for spreadsheets; `record` says what a row is: ring, reason, innocent, node or edge.
 * UTF-8 with a mark, so that Excel reads the names; a cell that would run as a formula is quoted.
 */
export async function writeCsv(of: RingDocument): Promise<string> {
  const { stringify } = await import('csv-stringify/sync');
  const { ring } = of;
  const labels = new Map(of.nodes.map((n) => [n.key, n]));
  const facts = ringFacts(of);
  const rows: Row[] = [
    {
      record: 'ring',
      id: ring.ring,
      detector: ring.detector,
      money: Number(ring.fundAtRisk),
      first: String(facts.period_from),
      last: String(facts.period_to),
      score: ring.score,
      status: ring.status,
      ...(ring.q === null ? {} : { q: ring.q }),
    },
  ];
  for (const reason of ring.reasons)
    rows.push({
      record: 'reason',
      id: ring.ring,
      code: reason.code,
      detector: reason.detector,
      measured: reason.measured,
      expected: reason.expected,
      unit: reason.unit,
      settlements: reason.settlements,
      ...(reason.p === null ? {} : { p: reason.p }),
    });
  for (const { code, q, weight } of ring.innocent)
    rows.push({ record: 'innocent', id: ring.ring, code, q, weight });
  for (const node of of.nodes)
    rows.push({
      record: 'node',
      kind: node.kind,
      id: node.id,
      label: node.label,
      role: node.role ?? '',
    });
  for (const edge of of.edges) {
    const source = labels.get(edge.source);
    const target = labels.get(edge.target);
    const { settlements, money, first, last } = edgeFacts(edge);
    rows.push({
      record: 'edge',
      kind: source?.kind ?? '',
      id: source?.id ?? edge.source,
      label: source?.label ?? '',
      target_kind: target?.kind ?? '',
      target_id: target?.id ?? edge.target,
      target_label: target?.label ?? '',
      // As a number: the minus of a text would be taken for a formula.
      ...({ settlements, money: Number(money), first, last } as Row),
    });
  }
  return stringify(rows, {
    bom: true,
    columns: [...COLUMNS],
    escape_formulas: true,
    header: true,
    record_delimiter: 'windows',
  });
}
