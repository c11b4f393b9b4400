import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { RingfenceError } from '../../../analytics/model/errors.js';
import { guardedServices } from '../../../api/health/guarded.js';
import {
  createMonitor,
  isConnection,
  type Monitor,
  type Probe,
} from '../../../api/health/monitor.js';
import type { Services } from '../../../api/wiring.js';

const fine: Probe = { engine: 'here', look: async () => undefined };
const refused = () => Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });

describe('monitor', () => {
  let monitor: Monitor | undefined;
  const state = { graph: 'there' as 'there' | 'gone' | 'hangs' };
  const probes = {
    queue: { engine: 'Redis', look: async () => 'no-worker' as const },
    records: fine,
    landing: fine,
    graph: {
      engine: 'Neo4j',
      async look() {
        if (state.graph === 'gone') throw refused();
        if (state.graph === 'hangs') await new Promise(() => {});
        return undefined;
      },
    },
  };
  const begin = () => {
    monitor = createMonitor(probes, { everyMs: 20, timeoutMs: 40 });
    monitor.start();
    return monitor;
  };
  afterEach(() => {
    monitor?.close();
    state.graph = 'there';
  });

  it('tells what is amiss, why, and that it is back', async () => {
    const m = begin();
    const graph = async () => (await m.states()).graph;
    expect(await m.status()).toEqual({
      status: 'degraded',
      parts: [
        { part: 'graph', status: 'ok' },
        { part: 'queue', status: 'degraded', reason: 'no-worker' },
        { part: 'records', status: 'ok' },
        { part: 'landing', status: 'ok' },
      ],
    });
    for (const how of ['gone', 'hangs'] as const) {
      state.graph = how;
      await expect.poll(graph).toMatchObject({ status: 'away', reason: 'no-answer' });
      state.graph = 'there';
      await expect.poll(graph).toEqual({ part: 'graph', status: 'ok' });
    }
  });

  it('gives up a call whose part goes away, and refuses the next at once', async () => {
    const m = begin();
    await m.states();
    const hanging = m.call('graph', () => new Promise(() => {}));
    state.graph = 'gone';
    const words = { kind: 'unavailable', message: 'The graph (Neo4j) does not answer' };
    await expect(hanging).rejects.toMatchObject(words);
    let called = false;
    const next = m.call('graph', async () => {
      called = true;
    });
    await expect(next).rejects.toMatchObject(words);
    expect(called).toBe(false);
    expect(await m.call('records', async () => 'still there')).toBe('still there');
  });

  it('keeps errors that are not of the line, and names no address of those that are', async () => {
    const m = begin();
    const throwing = (error: unknown) => m.call('records', () => Promise.reject(error));
    const absent = new RingfenceError('not-found', 'Ring R-1 not found');
    await expect(throwing(absent)).rejects.toBe(absent);
    const defect = new TypeError('x is undefined');
    await expect(throwing(defect)).rejects.toBe(defect);
    const away = new RingfenceError('unavailable', 'Redis at redis://10.0.0.7 does not answer');
    for (const error of [refused(), away])
      await expect(throwing(error)).rejects.toMatchObject({
        message: 'The records (here) does not answer',
      });
  });

  it('ends a stream whose part went, without waiting for its source', async () => {
    const m = begin();
    const jobs = {
      async *events() {
        yield 1;
        await new Promise(() => {});
      },
    };
    const services = {
      graph: { read: {} },
      landing: {},
      selfTests: {},
      jobs,
    } as unknown as Services;
    const guarded = guardedServices(
      { ...services, jobs: jobs as never },
      {
        ...m,
        call: (_, work) => m.call('graph', work),
      },
    );
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const event of guarded.jobs.events('1')) seen.push(event);
    })();
    await sleep(30);
    state.graph = 'gone';
    await expect(reading).rejects.toMatchObject({ kind: 'unavailable' });
    expect(seen).toEqual([1]);
  });
});

describe('a broken line', () => {
  it.each([
    refused(),
    Object.assign(new Error('terminating connection'), { code: '57P01' }),
    Object.assign(new Error('x'), { code: '08006' }),
    new Error('Connection terminated unexpectedly'),
    new Error('Connection is closed.'),
    new AggregateError([refused()]),
    new RingfenceError('unavailable', 'x'),
  ])('is told from a defect: %s', (error) => {
    expect(isConnection(error)).toBe(true);
  });

  it.each([
    new Error('syntax error'),
    Object.assign(new Error('x'), { code: '23505' }),
    new RingfenceError('invalid', 'x'),
    undefined,
    'ECONNREFUSED',
  ])('is not %s', (error) => {
    expect(isConnection(error)).toBe(false);
  });
});
