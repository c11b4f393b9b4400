import { describe, expect, it } from 'vitest';
import { cardFarmingPharmacy } from '../../../analytics/detectors/cardFarming.js';
import { DETECTORS } from '../../../analytics/detectors/index.js';
import { loadDictionary } from '../../../analytics/ingest/dictionary.js';
import { differences } from '../../../analytics/scoring/differences.js';
import {
  checkRules,
  dictionaryOf,
  inForce,
  parametersOf,
} from '../../../analytics/scoring/rules.js';
import { ring } from '../../fixtures/runs.js';

const PERIOD = { from: '2025-01-01', to: '2026-01-01' };
const farming = (more: Record<string, unknown>, parameters: Record<string, unknown> = {}) => ({
  from: '2025-06-01',
  region: null,
  detector: 'card-farming-pharmacy',
  parameters,
  note: '试行',
  ...more,
});
const setOf = (...rules: unknown[]) => checkRules(rules, 'rules.json');

describe('a file of rules', () => {
  it.each([
    [{}, 'rules.json at its top: {} is no list of rules'],
    [[1], 'rules.json at [0]: 1 '],
    [[farming({ from: '2025-02-30' })], 'at [0].from: "2025-02-30" is no day of the calendar'],
    [[farming({ region: '501' })], 'at [0].region: "501" is not two, four or six digits'],
    [[farming({ detector: 'card-farming' })], 'at [0].detector: "card-farming" is none of'],
    [[farming({ until: '2026-01-01' })], 'at [0]: until is no field of a rule'],
    [[farming({ note: ' ' })], 'at [0].note: " " is empty'],
    [
      [farming({}), farming({ from: '2025-07-01' }, { minUnits: 2 })],
      'at [1].parameters.minUnits: 2 is not a whole number from 3 to 20 (3 unless set)',
    ],
    [[farming({}, { q: 'low' })], 'at [0].parameters.q: "low" is not a number from 0.0001 to 0.2'],
    [
      [farming({}, { minUnit: 3 })],
      'at [0].parameters.minUnit: card-farming-pharmacy has no such parameter, but deltaMinutes',
    ],
    [[farming({ parameters: undefined })], 'at [0]: has neither codes nor a detector'],
    [[farming({ codes: {} })], 'at [0]: has both codes and a detector'],
    [[farming({}), farming({})], 'at [1]: says again what [0] says'],
    [
      [{ from: '2025-01-01', codes: { dialysis: { name: ['x'] } }, note: 'x' }],
      'at [0].codes.dialysis.name: is no part of the dictionary',
    ],
    [
      [{ from: '2025-01-01', codes: { dialysis: { names: 'x' } }, note: 'x' }],
      'at [0].codes.dialysis.names: ',
    ],
  ])('is refused with place, value and what is allowed: %j', (value, message) => {
    expect(() => checkRules(value, 'rules.json')).toThrow(message);
  });

  it('may set every parameter of every detector to its default', () => {
    const rules = DETECTORS.map((d) => ({
      from: '2025-01-01',
      detector: d.id,
      parameters: d.parameters.parse({}),
      note: 'as it is',
    }));
    const force = inForce(setOf(...rules), '', PERIOD);
    for (const d of DETECTORS) expect(parametersOf(d, force)).toEqual(d.parameters.parse({}));
  });

  it('is versioned by what it says', () => {
    const one = setOf(farming({}, { minUnits: 4 }));
    expect(setOf(farming({}, { minUnits: 4 })).hash).toBe(one.hash);
    expect(setOf(farming({}, { minUnits: 5 })).hash).not.toBe(one.hash);
  });
});

describe('the rules in force', () => {
  const unitsOf = (rules: readonly unknown[], region = '', period = PERIOD) =>
    parametersOf(cardFarmingPharmacy, inForce(setOf(...rules), region, period)).minUnits;

  it('are none without a file', () => {
    expect(parametersOf(cardFarmingPharmacy, undefined)).toEqual(
      cardFarmingPharmacy.parameters.parse({}),
    );
    expect(dictionaryOf(undefined, undefined)).toEqual(loadDictionary());
  });

  it('begin with the last day of the period', () => {
    const rule = [farming({ from: '2025-12-31' }, { minUnits: 7 })];
    expect(unitsOf(rule)).toBe(7);
    expect(unitsOf(rule, '', { from: '2024-12-31', to: '2025-12-31' })).toBe(3);
  });

  it('are the latest of a region alone, a later one taking back what an earlier one set', () => {
    const rules = [
      farming({ from: '2025-08-01' }, { pairScreen: 0.002 }),
      farming({ from: '2025-03-01' }, { minUnits: 6 }),
    ];
    const force = inForce(setOf(...rules), '', PERIOD);
    expect(force.entries).toHaveLength(1);
    expect(parametersOf(cardFarmingPharmacy, force)).toMatchObject({
      minUnits: 3,
      pairScreen: 0.002,
    });
    expect(unitsOf(rules, '', { from: '2024-06-01', to: '2025-06-01' })).toBe(6);
  });

  it('are laid over each other from wide to narrow, parameter by parameter', () => {
    const rules = [
      farming({ region: '5101' }, { minUnits: 5 }),
      farming({ from: '2025-09-01' }, { minUnits: 4, companions: 6 }),
      farming({ region: '510104' }, { minUnits: 8 }),
    ];
    expect(unitsOf(rules)).toBe(4);
    expect(unitsOf(rules, '51')).toBe(4);
    expect(unitsOf(rules, '5101')).toBe(5);
    expect(unitsOf(rules, '510104')).toBe(8);
    expect(unitsOf(rules, '5102')).toBe(4);
    const force = inForce(setOf(...rules), '510104', PERIOD);
    expect(parametersOf(cardFarmingPharmacy, force)).toMatchObject({ minUnits: 8, companions: 6 });
  });

  it('add labels to the dictionary and replace its word lists', () => {
    const rules = [
      {
        from: '2025-01-01',
        region: '51',
        codes: { gender: { '9': '未说明' }, dialysis: { notNames: ['腹膜', '腹透'] } },
        note: '本省代码',
      },
    ];
    const base = loadDictionary();
    const codes = dictionaryOf(undefined, inForce(setOf(...rules), '5101', PERIOD));
    expect(codes.gender).toEqual({ ...base.gender, '9': '未说明' });
    expect(codes.dialysis).toEqual({ ...base.dialysis, notNames: ['腹膜', '腹透'] });
    expect(dictionaryOf(undefined, inForce(setOf(...rules), '', PERIOD))).toEqual(base);
  });
});

describe('differences of two runs', () => {
  it('are what appears, vanishes and changes, the greatest first', () => {
    const people = (...ids: string[]) =>
      ids.map((id) => ({ kind: 'patient', id, role: 'member' }) as const);
    const [a, b, c] = [ring('a', 0.9), ring('b', 0.8), ring('c', 0.7)];
    const fainter = { ...b, id: 'b2', status: 'review' as const, q: null, score: 0.3 };
    const larger = { ...c, subjects: [...c.subjects, ...people('P9')] };
    const fresh = ring('d', 0.95);
    const found = differences([a, b, c], [fresh, { ...a, id: 'a2' }, larger, fainter]);
    expect(found.map((d) => [d.ring, d.change])).toEqual([
      ['R-d', 'appears'],
      ['R-b', 'changes'],
      ['R-c', 'changes'],
    ]);
    expect(found[1]!.before).toEqual({
      detector: 'card-farming-pharmacy',
      status: 'finding',
      score: 0.8,
      q: 0.0031,
      members: 2,
    });
    expect(found[1]!.after).toMatchObject({ status: 'review', q: null });
    expect(found[2]!.after!.members).toBe(3);
    expect(differences([a, b], [a]).map((d) => d.change)).toEqual(['vanishes']);
    expect(differences([a, b, c], [c, b, a])).toEqual([]);
  });
});
