/** Who may import whom: the table of folders in docs/architecture.md, enforced. */
const MAY_IMPORT = {
  game: [],
  room: ['game'],
  protocol: ['game', 'room'],
  store: ['game', 'room'],
  app: ['game', 'room', 'protocol', 'store'],
  aws: ['game', 'room', 'protocol', 'store', 'app'],
  handlers: ['game', 'room', 'protocol', 'store', 'app', 'aws'],
  edge: [],
  verify: ['game', 'room'],
  web: ['game', 'room', 'protocol', 'verify'],
};

module.exports = {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
      name: `src/${folder} imports only what it may`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
    })),
    {
      name: 'the core has no dependency',
      severity: 'error',
      from: { path: '^src/(game|room|verify)/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'the product does not import scripts or tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(scripts|tests)/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
