// The rooms of DESIGN.md §3: each layer of analytics imports itself and what stands before it.
const layers = [
  'model',
  'landing',
  'ingest',
  'store',
  'projection',
  'algorithms',
  'detectors',
  'scoring',
  'planting',
  'leads',
  'jobs',
];
const upward = layers.slice(0, -1).map((layer, i) => ({
  name: `analytics-${layer}-looks-down-only`,
  severity: 'error',
  from: { path: `^analytics/${layer}/` },
  to: { path: `^analytics/(${layers.slice(i + 1).join('|')})/` },
}));
const door = (name, libraries, rooms) => ({
  name,
  severity: 'error',
  from: { path: '^(api|analytics|seed|web)/', pathNot: rooms },
  to: { path: `node_modules/(${libraries})/` },
});
module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'analytics-knows-no-http',
      severity: 'error',
      from: { path: '^analytics/' },
      to: { path: '^(api|web|seed)/' },
    },
    {
      name: 'algorithms-are-pure',
      severity: 'error',
      from: { path: '^analytics/(algorithms|detectors)/' },
      to: { path: '^(node:)?(fs|net|http|child_process)' },
    },
    {
      name: 'web-imports-only-the-contract',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(analytics|seed|api/(?!contract))' },
    },
    {
      name: 'contract-is-self-contained',
      severity: 'error',
      from: { path: '^api/contract/' },
      to: { path: '^(analytics|seed|web|api/(?!contract))' },
    },
    {
      name: 'seed-imports-model-and-planting',
      severity: 'error',
      from: { path: '^seed/' },
      to: { path: '^(api|web|analytics/(?!model|planting))' },
    },
    {
      name: 'only-cli-imports-seed',
      severity: 'error',
      from: { path: '^(api|web|analytics)/', pathNot: '^api/(cli|commands/)' },
      to: { path: '^seed/' },
    },
    {
      name: 'detectors-never-see-planting',
      severity: 'error',
      from: { path: '^analytics/(detectors|scoring|projection|algorithms)/' },
      to: { path: '^(analytics/planting|seed)/' },
    },
    door('duckdb-behind-its-doors', '@duckdb', '^analytics/(landing|store)/'),
    door('bullmq-behind-its-door', 'bullmq|ioredis', '^analytics/jobs/|^api/wiring'),
    door('neo4j-behind-its-door', 'neo4j-driver', '^analytics/store/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
