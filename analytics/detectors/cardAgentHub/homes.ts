import { DAY_UNKNOWN } from '../../projection/people.js';
import type { World } from '../../projection/world.js';

/** Which people are one unit. */
export type Key = (patient: number) => number;

/** Years from which on people live in homes. */
const OLD = 70;
const OLD_SHARE = 0.75;

export function homeKey(world: World): Key {
  const { address, ids } = world.patients;
  return (p) => (address[p]! >= 0 ? ids.length + address[p]! : p);
}

/** The village where one is named, else the town, else the home. */
export function villageKey(world: World): Key {
  const { village, town, ids } = world.patients;
  const home = homeKey(world);
  return (p) => {
    if (village[p]! >= 0) return 2 * ids.length + village[p]!;
    return town[p]! >= 0 ? 3 * ids.length + town[p]! : home(p);
  };
}

/** What innocent people of several homes may have in common, each as what makes one unit of them. */
export function sharedHomes(
  world: World,
  members: readonly number[],
): ReadonlyArray<readonly [code: string, key: Key]> {
  const { employer } = world.patients;
  const home = homeKey(world);
  return [
    ['same-village', villageKey(world)],
    ['nursing-home', homeOfTheOld(world, members)],
    ['same-employer', (p) => (employer[p]! >= 0 ? -2 - employer[p]! : home(p))],
  ];
}

/**
 * A home's residents keep the addresses they came from, and have its telephone: where nearly all are
 * old, the old are one unit.
 */
function homeOfTheOld(world: World, members: readonly number[]): Key {
  const home = homeKey(world);
  const bornBefore = world.fromDay - OLD * 365.25;
  const isOld = (p: number) => {
    const birth = world.patients.birthDay[p]!;
    return birth > DAY_UNKNOWN && birth < bornBefore;
  };
  if (members.filter(isOld).length < OLD_SHARE * members.length) return home;
  return (p) => (isOld(p) ? -1 : home(p));
}
