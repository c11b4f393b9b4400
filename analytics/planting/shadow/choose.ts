import { createRng, deriveSeed, shuffle } from '../../model/rng.js';
import { CAMOUFLAGES, HEADLINE_TYPES, PLANTED_TYPES } from '../context.js';
import { FOOTPRINT, type Order } from '../index.js';

/** Planted people are at most this share of those who were seen: rings must stay as scarce as they are. */
export const PREVALENCE_MAX = 0.005;
/** A full ring has about so many. */
const RING_PEOPLE = 10;
/** Settlements searched in all worlds together, whatever one has. */
const SEARCHED_MAX = 800_000;
const WORLDS_MAX = 6;
/** Rings of each type and level that are enough, where there is room for them. */
const EACH = 2;

/**
 * Which rings to plant, world by world: each type at each level of camouflage in turn, the mission's three
 * first, in an order that the seed decides. A small period has room for few rings, so it is copied several
 * times; a large one is searched once. At least one ring, however small the period.
 */
export function chooseOrders(
  size: { readonly patients: number; readonly settlements: number },
  seed: number,
): Order[][] {
  const rng = createRng(deriveSeed(seed, 'self-test orders'));
  const headline = new Set<string>(HEADLINE_TYPES);
  const cells = (types: readonly Order['type'][]) =>
    shuffle(
      types.flatMap((type) => CAMOUFLAGES.map((camouflage) => ({ type, camouflage }))),
      rng,
    );
  const wanted: Order[] = [];
  for (let round = 0; round < EACH; round++)
    wanted.push(
      ...cells(HEADLINE_TYPES),
      ...cells(PLANTED_TYPES.filter((type) => !headline.has(type))),
    );
  const most = Math.max(
    1,
    Math.min(WORLDS_MAX, Math.floor(SEARCHED_MAX / Math.max(1, size.settlements))),
  );
  const budget = size.patients * PREVALENCE_MAX;
  const worlds: Order[][] = [];
  let room = 0;
  for (const order of wanted) {
    const people = FOOTPRINT[order.type].people * RING_PEOPLE;
    if (worlds.length === 0 || (people > room && worlds.length < most)) {
      worlds.push([]);
      room = budget;
    }
    const world = worlds.at(-1)!;
    if (people > room && world.length > 0) break;
    room -= people;
    world.push(order);
  }
  return worlds;
}
