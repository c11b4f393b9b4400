import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resource } from '../../analytics/model/resources.js';
import { parseArguments } from '../../api/commands/index.js';
import { readCompose } from '../services/compose.js';

// The guide for whoever runs the servers names only what there is.

const guide = readFileSync(resource('docs/operations.md'), 'utf8');
const composeText = readFileSync(resource('docker-compose.yml'), 'utf8');

function every(pattern: RegExp): string[] {
  const found = [...guide.matchAll(pattern)].map((match) => match[1] as string);
  expect(found).not.toEqual([]);
  return [...new Set(found)];
}

describe('docs/operations.md', () => {
  it('names metrics that are measured', () => {
    const made = readFileSync(resource('api/health/metrics.ts'), 'utf8');
    for (const name of every(/\b(ringfence_(?!token|admin|password)\w+?)(?:_count|_bucket)?\b/g))
      expect(made).toContain(`'${name}'`);
  });

  it('names services and volumes of docker-compose.yml', () => {
    const services = Object.keys(readCompose().services);
    for (const words of every(/docker compose (?:stop|pull) ([a-z0-9 ]+)/g))
      for (const word of words.trim().split(' ')) expect(services).toContain(word);
    for (const name of every(/docker compose exec (?:-T )?(\w+)/g))
      expect(services).toContain(name);
    for (const name of every(/docker compose run .*?(?:--entrypoint \S+|:\/bulk) (\w+) /g))
      expect(services).toContain(name);
    for (const name of every(/--scale (\w+)=/g)) expect(services).toContain(name);
  });

  it('gives sizes their defaults', () => {
    const sizes = [...composeText.matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(([, k, v]) => `${k}=${v}`);
    const given = /```sh\n(NEO4J_HEAP=[^`]*)```/.exec(guide)?.[1]?.trim().split('\n');
    expect(given?.sort()).toEqual([...new Set(sizes)].sort());
  });

  it('names images of docker-compose.yml', () => {
    const saved = /docker save (.*?) \|/.exec(guide)?.[1]?.split(' ');
    const images = Object.values(readCompose().services).map((service) => service.image);
    expect(saved?.sort()).toEqual([...new Set(images)].sort());
    const base = readFileSync(resource('Dockerfile'), 'utf8').match(/^FROM (\S+)/m)?.[1];
    expect(guide).toContain(`\`${base}\``);
  });

  it('calls commands that there are', () => {
    for (const words of every(/(?:bin\/ringfence\.cjs|`ringfence|:\/bulk api) ((?:[a-z]+ ?)+)/g)) {
      const help: string[] = [];
      const write = { out: (text: string) => help.push(text), err: () => {} };
      expect(parseArguments([...words.trim().split(' '), '--help'], write)).toEqual({ exit: 0 });
      expect(help.join('')).toContain(`Usage: ringfence ${words.trim()}`);
    }
  });
});
