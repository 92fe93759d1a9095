// Which part may know which: the directions of the architecture, as a check that fails the build.

const packageOf = (name) => `^packages/${name}/`;

/** What each package may know beside the domain, which all may know and which knows no other. */
const mayKnow = {
  domain: [],
  images: [],
  documents: [],
  reports: [],
  plans: ['reports'],
  billing: [],
  config: [],
  runtime: [],
  observability: ['runtime'],
  'embedded-postgres': [],
  database: [],
  queue: [],
  storage: [],
  ai: [],
  client: [],
  testing: ['embedded-postgres', 'runtime'],
  process: ['config', 'runtime', 'observability', 'database', 'queue', 'storage'],
};

const packageRules = Object.entries(mayKnow).map(([name, known]) => ({
  name: `${name}-knows-only-its-own`,
  comment: `packages/${name} may know the domain${known.length > 0 ? `, ${known.join(', ')}` : ''}, and no other part of this project.`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: {
    path: '^(packages|apps|tests)/',
    pathNot: [name, ...known, ...(name === 'domain' ? [] : ['domain'])].map(packageOf),
  },
}));

const workers = 'apps/(ingest|generate|pdf)-worker/src';

export default {
  forbidden: [
    ...packageRules,
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      // Two files may share types; what circles is what runs.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'apps-do-not-know-each-other',
      comment:
        'An app is given its resources. Only all-in-one puts apps together, and the CLI starts them as processes.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/all-in-one/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'services-are-pure-capability',
      comment:
        'A service knows domain types, ports, and the libraries of its trade: no jobs, no HTTP, no database.',
      severity: 'error',
      from: { path: `^${workers}/services/` },
      to: {
        path: [
          'node_modules/(bullmq|express|drizzle-orm|pg|ioredis)/',
          '^packages/(database|queue|config|process|observability)/',
          `^${workers}/(handlers|module|main)`,
        ],
      },
    },
    {
      name: 'handlers-know-services-and-ports',
      severity: 'error',
      from: { path: `^${workers}/handlers/` },
      to: {
        path: [
          'node_modules/(bullmq|express|drizzle-orm|pg|ioredis)/',
          '^packages/(database|queue|config|process)/',
          `^${workers}/(module|main)`,
        ],
      },
    },
    {
      name: 'handlers-do-not-know-each-other',
      severity: 'error',
      from: { path: `^(${workers})/handlers/([^/]+)$` },
      to: { path: `^${workers}/handlers/`, pathNot: '^$1/handlers/$3$' },
    },
    {
      name: 'nothing-imports-main',
      comment: 'Importing any file but main.ts does nothing; importing main.ts starts a process.',
      severity: 'error',
      from: {},
      to: { path: '/src/main\\.ts$' },
    },
    {
      name: 'the-domain-does-no-input-or-output',
      severity: 'error',
      from: { path: '^packages/domain/src/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?stream$' },
    },
    {
      name: 'tests-are-not-shipped',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: '^packages/testing/' },
      to: { path: ['/tests/', '^packages/testing/', '/stand-in/'], pathNot: ['^packages/ai/src/stand-in/'] },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        path: '^(packages|apps)/[^/]+/src/',
        pathNot: '/src/(main|.*-thread|stand-in/.*)\\.ts$',
      },
      to: {},
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    // Edges into compiled packages are kept, what is inside is not followed: excluding dist would lose the edges.
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['^(packages|apps|tests)/.*\\.tsbuildinfo$', '^tests/dist/'] },
    includeOnly: { path: ['^(packages|apps|tests)/', 'node_modules'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.d.ts'],
    },
  },
};
