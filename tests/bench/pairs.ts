/**
 * The pair test N1 and the burst scan on a prefecture's visits.
 *
 *   node tests/bench/run.mjs pairs [visits]         400000 by default
 */
import { cpus, loadavg } from 'node:os';
import { scanBursts } from '../../analytics/algorithms/burst.js';
import { preparePairTest, testPairs } from '../../analytics/algorithms/pairTest.js';
import { redrawClocks } from '../../analytics/algorithms/redraw.js';
import { createRng } from '../../analytics/model/rng.js';
import { startOfDay } from '../../analytics/model/time.js';

const visits = Number(process.argv[2] ?? 400_000);
const patients = Math.floor(visits / 7);
const places = Math.floor(visits / 1300) + 1;
const rng = createRng(1);
const columns = {
  patient: new Int32Array(visits),
  place: new Int32Array(visits),
  time: new Float64Array(visits),
  placeType: new Int32Array(places),
  patients,
};
for (let i = 0; i < visits; i++) {
  const p = rng.int(patients);
  columns.patient[i] = p;
  // Seven in ten visits go to the own pharmacy, the others mostly to large ones.
  columns.place[i] = rng.next() < 0.7 ? p % places : Math.floor(places * rng.next() ** 2);
  const hour = 8 + (rng.next() + rng.next() + rng.next()) * 4;
  columns.time[i] = startOfDay(20_089 + rng.int(365)) + Math.floor(hour * 3600);
}

const rows: string[] = [];
function time<T>(what: string, times: number, work: (k: number) => T): T {
  const cpu = process.cpuUsage();
  const start = performance.now();
  let result = work(0);
  for (let k = 1; k < times; k++) result = work(k);
  const used = process.cpuUsage(cpu);
  const wall = (performance.now() - start) / times;
  rows.push(
    `| ${what} | ${wall.toFixed(0)} | ${((used.user + used.system) / 1000 / times).toFixed(0)} |`,
  );
  return result;
}

const test = time('prepare', 1, () => preparePairTest(columns));
const evidence = time('observed pairs', 1, () => testPairs(test));
time('one redrawn world, drawn and tested', 50, (k) =>
  testPairs(test, redrawClocks(test.world, createRng(k))),
);
const counts = new Int32Array(168 * 52).map((_, t) => (t % 24 > 7 && t % 24 < 21 ? rng.int(5) : 0));
counts[4000]! += 40;
time('burst scan of one place with a burst, 99 simulated years', 5, () => scanBursts(counts));
process.stdout.write(
  [
    `${cpus().length} × ${cpus()[0]!.model.trim()}, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`,
    '',
    `${visits.toLocaleString('en')} visits, ${test.meetings.toLocaleString('en')} meetings, ` +
      `${test.looks.toLocaleString('en')} looks, ${evidence.size} pairs tested`,
    '',
    '| step | wall ms | CPU ms |',
    '|---|---:|---:|',
    ...rows,
    '',
  ].join('\n'),
);
