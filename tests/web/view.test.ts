import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_HISTORY, type History, redo, remember, undo } from '../../web/src/graph/history';
import {
  EMPTY_VIEW,
  type GraphView,
  viewFromAddress,
  viewToAddress,
  withExpansion,
  withHidden,
  withoutPin,
  withPin,
} from '../../web/src/graph/view';

const key = fc
  .tuple(fc.constantFrom('patient', 'doctor', 'institution', 'drug'), fc.string({ minLength: 1 }))
  .map(([kind, id]) => `${kind}:${id}`)
  .filter((text) => !/\p{Surrogate}/u.test(text));
const place = fc.integer({ min: -9999, max: 9999 }).map((n) => n / 10);
const view: fc.Arbitrary<GraphView> = fc.record({
  expanded: fc.array(
    fc.record({
      of: key,
      kind: fc.constantFrom('patient', 'doctor', 'institution', 'drug'),
      cap: fc.integer({ min: 1, max: 500 }),
    }),
    { maxLength: 5 },
  ),
  hidden: fc.array(key, { maxLength: 5 }),
  pinned: fc.array(fc.record({ key, x: place, y: place }), { maxLength: 5 }),
});

describe('the view of a graph', () => {
  it('comes back from the address as it went in, whatever the identifiers hold', () => {
    fc.assert(
      fc.property(view, (v) => {
        const query = new URLSearchParams();
        for (const [name, value] of Object.entries(viewToAddress(v)))
          if (value !== undefined) query.set(name, value);
        const back = Object.fromEntries(new URLSearchParams(query.toString()));
        expect(viewFromAddress(back)).toEqual(v);
      }),
    );
  });

  it('leaves out of an address what makes no sense', () => {
    const back = viewFromAddress({
      expand: 'institution:P1*patient*10;patient:2*doctor*-1;;*;%E0%A4%A*patient*5',
      pin: 'patient:1*NaN*2;patient:2*3*4',
    });
    expect(back.expanded).toEqual([
      { of: 'institution:P1', kind: 'patient', cap: 10 },
      { of: '%E0%A4%A', kind: 'patient', cap: 5 },
    ]);
    expect(back.pinned).toEqual([{ key: 'patient:2', x: 3, y: 4 }]);
    expect(back.hidden).toEqual([]);
  });

  it('holds one expansion a node and kind, one pin a node, a hidden node once', () => {
    const grown = withExpansion(
      withExpansion(EMPTY_VIEW, { of: 'doctor:1', kind: 'drug', cap: 10 }),
      { of: 'doctor:1', kind: 'drug', cap: 20 },
    );
    expect(grown.expanded).toEqual([{ of: 'doctor:1', kind: 'drug', cap: 20 }]);
    const pinned = withPin(withPin(EMPTY_VIEW, { key: 'a', x: 1, y: 1 }), { key: 'a', x: 2, y: 2 });
    expect(pinned.pinned).toEqual([{ key: 'a', x: 2, y: 2 }]);
    expect(withoutPin(pinned, 'a').pinned).toEqual([]);
    expect(withHidden(withHidden(EMPTY_VIEW, ['a']), ['a', 'b']).hidden).toEqual(['a', 'b']);
  });
});

describe('undo and redo', () => {
  it('go back and forth over any steps, and a new step forgets the redone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 60 }), (steps) => {
        let history: History<number> = EMPTY_HISTORY;
        let present = 0;
        for (const next of steps) {
          history = remember(history, present);
          present = next;
        }
        const seen = [present];
        for (let step = undo(history, present); step; step = undo(history, present)) {
          ({ history, present } = step);
          seen.push(present);
        }
        expect(seen.reverse()).toEqual([0, ...steps]);
        for (let step = redo(history, present); step; step = redo(history, present))
          ({ history, present } = step);
        expect(present).toBe(steps.at(-1));
        const back = undo(history, present)!;
        expect(redo(remember(back.history, back.present), 99)).toBeUndefined();
      }),
    );
  });
});
