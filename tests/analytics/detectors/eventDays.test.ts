import { describe, expect, it } from 'vitest';
import { eventDays } from '../../../analytics/detectors/eventDays.js';
import { CLASS_PHARMACY, INSTITUTION_PHARMACY } from '../../../analytics/projection/world.js';
import { names } from './honestWorld.js';
import { buildWorld, type PlainSettlement } from './worldBuilder.js';

const FROM = 20_089;
const MEMBERS = names(0, 5);
const EVENTS = [100, 200];

const swipe = (patient: string, institution: string, day: number, hour: number) => ({
  ...{ patient, institution, day: FROM + day, second: Math.floor(hour * 3600) },
  ...{ class: CLASS_PHARMACY, fund: 5000 },
});

/** Some people at some shops on some days, each at an hour of his own. */
const went = (people: readonly string[], shops: readonly string[], days: readonly number[]) =>
  people.flatMap((p, i) =>
    shops.flatMap((h, k) => days.map((d) => swipe(p, h, d, 9 + ((i * 7) % 11) / 2 + k))),
  );

/** Which hypothesis takes away what the first two members share. */
function explained(settlements: readonly PlainSettlement[]): Record<string, number> {
  const institutions = ['ph1', 'ph2', 'ph3'].map((id) => ({ id, type: INSTITUTION_PHARMACY }));
  const world = buildWorld({ institutions, settlements });
  const members = MEMBERS.map((id) => world.patients.ids.indexOf(id));
  return Object.fromEntries(
    eventDays(world, members).map(({ code, explains }) => [
      code,
      explains(members[0]!, members[1]!),
    ]),
  );
}

const own = went(MEMBERS, ['ph1', 'ph2'], EVENTS);

describe('days that brought many to the places of a circle', () => {
  it('account for what its people share when a crowd made the round, others or themselves', () => {
    const few = went(MEMBERS.slice(0, 2), ['ph1', 'ph2'], EVENTS);
    const others = went(names(10, 3), ['ph1', 'ph2'], EVENTS);
    expect(explained([...few, ...others])).toEqual({ 'promotion-day': 0, 'chain-event': 1 });
    expect(explained(own)['chain-event']).toBe(1);
    // Four on a round are no crowd.
    expect(explained([...few, ...others.slice(0, 8)])['chain-event']).toBe(0);
    // Others at both shops, each on a day of his own, make no event.
    const apart = [...went(names(10, 3), ['ph1'], EVENTS), ...went(names(20, 3), ['ph2'], EVENTS)];
    expect(explained([...few, ...apart])['chain-event']).toBe(0);
  });

  it('account for it when others alone made the shops far busier than usual', () => {
    const usual = names(100, 90).flatMap((p, i) => [
      swipe(p, 'ph1', 3 * i + 1, 10),
      swipe(p, 'ph2', 3 * i + 2, 10),
    ]);
    const both = (people: readonly string[]) => [
      ...went(people, ['ph1'], EVENTS),
      ...went(people, ['ph2'], [120, 220]),
    ];
    expect(explained([...both(MEMBERS), ...usual, ...both(names(10, 14))])).toEqual({
      'promotion-day': 1,
      'chain-event': 0,
    });
    expect(explained([...both(MEMBERS), ...usual])['promotion-day']).toBe(0);
  });

  it('do not account for places that two use on other days as well', () => {
    const others = went(names(10, 6), ['ph1', 'ph2'], EVENTS);
    const also = [...went(MEMBERS, ['ph1'], [30, 60]), ...went(MEMBERS, ['ph2'], [45, 80])];
    expect(explained([...own, ...also, ...others])['chain-event']).toBe(0);
  });
});
