// The ablation bench forgets one innocent explanation at a time, which the program itself never does: its bundle
// gets a `bestExplanation` that can be told to.
import { readFileSync } from 'node:fs';

const WEIGHED = '(x) => x.weight > 0.1';

export default [
  {
    name: 'forget-explanations',
    setup(build) {
      build.onLoad({ filter: /detectors[\\/]explanations\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes(WEIGHED))
          throw new Error(`${path} does not weigh explanations as it did`);
        const contents = text.replace(
          WEIGHED,
          `${WEIGHED} && x.code !== globalThis.forgottenExplanation`,
        );
        return { contents, loader: 'ts' };
      });
    },
  },
];
