// Writes THIRD-PARTY.md: every package that the lock file installs for running, with its licence.
import { readFileSync, writeFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const rows = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '' || entry.dev || entry.optional) continue;
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  let license = entry.license;
  if (!license) {
    try {
      license = JSON.parse(readFileSync(`${path}/package.json`, 'utf8')).license;
    } catch {
      license = undefined;
    }
  }
  rows.push(`| ${name} | ${entry.version} | ${license ?? 'see package'} |`);
}
const unique = [...new Set(rows)].sort();
writeFileSync(
  'THIRD-PARTY.md',
  `# Third-party packages\n\nInstalled for running Ringfence, from package-lock.json.\n\n| package | version | licence |\n|---|---|---|\n${unique.join('\n')}\n`,
);
