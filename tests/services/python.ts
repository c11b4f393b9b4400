import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../analytics/model/resources.js';

/**
 * A Python that has the packages: the one on the path, else a virtual environment made once under
 * node_modules/.cache with pip. Undefined where neither can be had; with REQUIRE_SERVICES=1 that is
 * an error, so that a check cannot be left out unnoticed.
 */
export function findPython(packages: readonly string[]): string | undefined {
  const has = (python: string) =>
    spawnSync(python, ['-c', packages.map((p) => `import ${p}`).join('\n')]).status === 0;
  if (has('python3')) return 'python3';
  const home = join(packageRoot, 'node_modules/.cache', `python-${packages.join('-')}`);
  const python = join(home, 'bin', 'python');
  if (existsSync(python) && has(python)) return python;
  const problem = install(home, python, packages);
  if (problem === undefined && has(python)) return python;
  if (process.env.REQUIRE_SERVICES === '1')
    throw new Error(`Python with ${packages.join(', ')} is needed: ${problem}`);
  return undefined;
}

/** What went wrong, or undefined; half an environment is removed. */
function install(home: string, python: string, packages: readonly string[]): string | undefined {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(join(home, '..'), { recursive: true });
  const steps: Array<[string, string[]]> = [
    ['python3', ['-m', 'venv', home]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]],
  ];
  for (const [command, args] of steps) {
    const ran = spawnSync(command, args, { encoding: 'utf8', timeout: 240_000 });
    if (ran.status === 0) continue;
    rmSync(home, { recursive: true, force: true });
    return ran.stderr || ran.error?.message || `${command} failed`;
  }
  return undefined;
}
