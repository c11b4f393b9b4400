import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The package's own root: where package.json stands, above the source or above dist/. */
export const packageRoot: string = (() => {
  let at = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(at, 'package.json'))) {
    const up = dirname(at);
    if (up === at) throw new Error('package.json not found above the program');
    at = up;
  }
  return at;
})();

/** Path of a data file that ships with the source (dialects, dictionaries, SQL, Cypher). */
export function resource(path: string): string {
  return join(packageRoot, path);
}

/**
 * URL of the transpiled twin of a module, for worker threads: they run JavaScript, also when the
 * caller itself runs from TypeScript under the test runner. `path` is relative to the package root
 * and ends in `.js`.
 */
export function compiled(path: string): string {
  return pathToFileURL(join(packageRoot, 'dist', path)).href;
}
