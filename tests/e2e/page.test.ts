import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { pinyin } from 'pinyin-pro';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { INNOCENT } from '../../web/src/i18n/innocent.js';
import { REASONS } from '../../web/src/i18n/reasons.js';
import { type Serving, serve, succeed, temporary } from '../cli/run.js';
import { launchBrowser } from './browser.js';
import { countInk, OVERFLOW, WITHOUT_WEBGL } from './inPage.js';

/** A word that the page must never write, in any language: only a person determines. */
const FORBIDDEN = /fraudster|欺诈者|诈骗犯/i;
const WAIT = 60_000;

/**
 * The page on a real server over a small district that the command line made: seed, import, rebuild.
 * Chromium draws with WebGL in software.
 */
describe('the page', () => {
  const at = temporary('page');
  const cwd = at.dir;
  let serving: Serving;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let problems: string[];
  let asked: string[];

  beforeAll(async () => {
    await succeed(['seed', '--out', 'world', '--settlements', '30000', '--seed', '7'], { cwd });
    await succeed(['import', 'world'], { cwd });
    await succeed(['rebuild'], { cwd });
    serving = await serve([], { cwd });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await serving?.stop();
    at.remove();
  });

  beforeEach(async () => {
    problems = [];
    asked = [];
    context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: 'light',
      acceptDownloads: true,
    });
    page = await context.newPage();
    page.setDefaultTimeout(WAIT);
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (line) => {
      if (line.type() === 'error') problems.push(line.text());
    });
    page.on('request', (request) => asked.push(request.url()));
  });
  afterEach(async () => {
    expect(problems).toEqual([]);
    // A bureau's network is closed: everything comes from the server itself.
    for (const url of asked) expect(url).toMatch(new RegExp(`^(${serving.url}|blob:|data:)`));
    await context.close();
  });

  const answer = async <T>(path: string) => (await (await fetch(serving.url + path)).json()) as T;

  /** The top ring of the list, drawn, with its layout at rest. */
  async function openTop(): Promise<string> {
    await page.goto(`${serving.url}/`);
    await page.locator('.ring-card').first().click();
    await page.locator('.sigma-root canvas').first().waitFor();
    await page.locator('.graph-panel[data-running=false]').waitFor();
    return new URL(page.url()).pathname.split('/').at(-1)!;
  }

  async function seriousViolations(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}`));
  }

  const drawn = async () => Number(await page.locator('.graph-panel').getAttribute('data-nodes'));

  /** Pixels of the canvases that differ from the page's ground: something was really drawn. */
  async function inked(): Promise<number> {
    const shot = await page.locator('.canvas-box').screenshot();
    return page.evaluate<number>(countInk(shot.toString('base64')));
  }

  it('opens the top ring, expands a node and shows the settlements behind a reason', async () => {
    const ring = await openTop();
    const { rings } = await answer<{ rings: { ring: string }[] }>('/api/rings');
    expect(ring).toBe(rings[0]!.ring);
    expect(await inked()).toBeGreaterThan(500);

    const reason = page.locator('.reason').first();
    expect(await reason.textContent()).toMatch(/\d/);
    await reason.click();
    await page.locator('tr[data-settlement]').first().waitFor();
    expect(new URL(page.url()).searchParams.get('reason')).toBe('0');

    await page.locator('tr[data-settlement]').first().click();
    await page.getByText(/已选 \d+ 个/).waitFor();

    await page.getByRole('tab', { name: /对象/ }).click();
    await page.locator('tr[data-node^="institution:"]').first().click();
    const before = await drawn();
    await page.locator('[data-expand="doctor"], [data-expand="drug"]').first().click();
    await expect.poll(drawn, { timeout: WAIT }).toBeGreaterThan(before);
    const after = await drawn();
    expect(new URL(page.url()).searchParams.get('expand')).toMatch(/^institution:/);
    expect(await page.locator('tr[data-node]').count()).toBe(Math.min(after, 50));

    await page.keyboard.press('z');
    await page.locator(`.graph-panel[data-nodes="${before}"]`).waitFor();
    await page.keyboard.press('Shift+Z');
    await page.locator(`.graph-panel[data-nodes="${after}"]`).waitFor();

    await page.reload();
    await page.locator(`.graph-panel[data-nodes="${after}"]`).waitFor();
  });

  it('has a sentence for every reason and a name for every explanation of the run', async () => {
    const list = await answer<{ rings: { ring: string }[] }>(
      '/api/rings?statuses=finding,explained,review&limit=500',
    );
    expect(list.rings.length).toBeGreaterThan(0);
    for (const { ring } of list.rings) {
      const detail = await answer<{ reasons: { code: string }[]; innocent: { code: string }[] }>(
        `/api/rings/${ring}`,
      );
      for (const { code } of detail.reasons) expect(Object.keys(REASONS)).toContain(code);
      for (const { code } of detail.innocent) expect(Object.keys(INNOCENT)).toContain(code);
    }
  });

  it('exports the graph', async () => {
    const ring = await openTop();
    await page.getByTestId('export').click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText('GraphML', { exact: true }).click(),
    ]);
    const saved = join(cwd, 'ring.graphml');
    await file.saveAs(saved);
    const text = readFileSync(saved, 'utf8');
    expect(text).toContain('<graphml');
    expect(text).toContain('role');
    expect(file.suggestedFilename()).toContain(ring);

    await page.getByTestId('export').click();
    const [image] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText(/PNG/).click(),
    ]);
    await image.saveAs(join(cwd, 'ring.png'));
    expect(readFileSync(join(cwd, 'ring.png')).subarray(1, 4).toString()).toBe('PNG');

    // The menu gives the keyboard back, and the j of `g j` is not the one that goes to the next ring.
    await page.keyboard.press('/');
    expect(await page.evaluate<string>('document.activeElement.tagName')).toBe('INPUT');
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('j');
    await page.waitForURL(/\/jobs/);
    await page.goBack();
    expect(new URL(page.url()).pathname).toBe(`/rings/${ring}`);
  });

  it('speaks 中文 first and English on a switch, light and dark, without serious violations', async () => {
    await openTop();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await seriousViolations()).toEqual([]);
    expect(await page.locator('body').textContent()).not.toMatch(FORBIDDEN);

    await page.getByTestId('language').click();
    await page.getByRole('heading', { name: 'Reasons' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await page.locator('body').textContent()).not.toMatch(FORBIDDEN);

    await page.getByTestId('theme').click();
    await page.getByText('Dark', { exact: true }).click();
    await page.locator('html[data-theme=dark]').waitFor();
    await page.locator('.graph-panel[data-running=false]').waitFor();
    expect(await seriousViolations()).toEqual([]);
    for (const path of ['/rings', '/profiles', '/jobs', '/runs', '/calibration']) {
      await page.goto(serving.url + path);
      await page.locator('h1').first().waitFor();
      expect(await seriousViolations()).toEqual([]);
    }
  });

  it('finds an institution by the initials of its name and shows its profile', async () => {
    const { rings } = await answer<{ rings: { core: { kind: string; label: string }[] }[] }>(
      '/api/rings',
    );
    const name = rings[0]!.core.find((c) => c.kind === 'institution')!.label;
    await page.goto(`${serving.url}/rings`);
    // Keys are heard once the page is alive.
    await page.locator('.ring-card').first().waitFor();
    await page.keyboard.press('/');
    const initials = pinyin(name, { pattern: 'first', toneType: 'none', type: 'array' });
    await page.keyboard.type(initials.join('').slice(0, 5));
    await page.locator('.hit', { hasText: name }).first().click();
    await page.getByRole('heading', { name }).waitFor();
    expect(await page.locator('.grade-large').count()).toBe(1);
    await page.goBack();
    expect(new URL(page.url()).pathname).toBe('/rings');
  });

  it('keeps the tables where WebGL is missing, and says what to do when a ring is not there', async () => {
    await page.addInitScript(WITHOUT_WEBGL);
    await page.goto(`${serving.url}/`);
    await page.locator('.ring-card').first().click();
    await page.getByText('此浏览器没有 WebGL').waitFor();
    await page.locator('tr[data-settlement]').first().waitFor();

    await page.goto(`${serving.url}/rings/R-NONE`);
    await page.getByText('没有这个团伙').waitFor();
    // The browser itself reports the 404 that was asked for here.
    problems = problems.filter((p) => !p.includes('404'));
  });

  it('starts a rebuild, follows it to its end and shows the run it published', async () => {
    const before = await answer<{ run: string }>('/api/rings');
    await page.goto(`${serving.url}/jobs`);
    const done = page.locator('.job-completed');
    await done.first().waitFor();
    const count = await done.count();
    await page.getByRole('button', { name: '立即重建' }).click();
    await expect.poll(() => done.count(), { timeout: 2 * WAIT }).toBe(count + 1);
    const after = await answer<{ run: string }>('/api/rings');
    expect(after.run).not.toBe(before.run);
    await page.goto(`${serving.url}/runs`);
    await page.getByText(after.run, { exact: true }).waitFor();
  });

  it('draws nominal against realised for every detector, and the tails, and says what they mean', async () => {
    const { calibration } = await answer<{
      calibration: { worlds: number; detectors: { id: string }[]; tails: { search: string }[] };
    }>('/api/calibration');
    await page.goto(`${serving.url}/runs`);
    await page.getByRole('link', { name: /校准/ }).click();
    await page.locator('.calibrated').first().waitFor();
    expect(await page.locator('.calibrated .log-plot').count()).toBe(calibration.detectors.length);
    const first = page.locator('.calibrated').first();
    expect(await first.textContent()).toContain(`${calibration.worlds} 个诚实世界里`);
    await page.locator('.tail-chart canvas').waitFor();
    const chart = await page.locator('.tail-chart').screenshot();
    expect(await page.evaluate<number>(countInk(chart.toString('base64')))).toBeGreaterThan(300);
    await page.getByText('看数字').click();
    await page.getByRole('rowheader', { name: '挂床住院' }).waitFor();

    await page.getByTestId('language').click();
    await page.getByRole('heading', { name: 'Calibration' }).waitFor();
    expect(await first.textContent()).toContain(`Of ${calibration.worlds} honest worlds`);

    await page.route('**/api/calibration', (route) =>
      route.fulfill({ json: { calibration: null } }),
    );
    await page.reload();
    await page.getByText('Not measured yet').waitFor();
  });

  it('fits a telephone', async () => {
    await page.setViewportSize({ width: 400, height: 800 });
    await openTop();
    expect(await page.evaluate<number>(OVERFLOW)).toBeLessThanOrEqual(0);
    expect(await seriousViolations()).toEqual([]);
    await page.getByText('返回列表').click();
    await page.locator('.ring-card').first().waitFor();
  });
});
