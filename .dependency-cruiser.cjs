/** Import directions of design.md. scripts/check-imports.ts runs this and fails when too few modules were cruised. */
const DOMAIN = '^functions/([^/]+)/';
/** The folder that has a domain's inner shape; `learn` has one for each area. */
const INNER = 'functions/(?:learn/[^/]+|(?!learn/)[^/]+)';
const AREA = '^functions/learn/(kana|dictionary|courses)/';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'shared-knows-no-domain',
      comment: 'shared/ is infrastructure without business logic',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^functions/' },
    },
    {
      name: 'domains-meet-through-index',
      severity: 'error',
      from: { path: DOMAIN },
      to: { path: DOMAIN, pathNot: ['^functions/$1/', '^functions/[^/]+/index\\.ts$'] },
    },
    ...[
      ['media', 'auth|learn|account|tasks|system'],
      ['tasks', 'auth|learn|account|media|system'],
      ['auth', 'learn|account|system'],
      ['learn', 'account|system'],
      ['account', 'system'],
      ['system', 'media|tasks|auth|learn|account'],
    ].map(([domain, above]) => ({
      name: `${domain}-looks-down`,
      comment: 'media, tasks <- auth <- learn <- account; system beside',
      severity: 'error',
      from: { path: `^functions/${domain}/` },
      to: { path: `^functions/(${above})/` },
    })),
    {
      name: 'areas-do-not-meet',
      comment: 'the areas of learn know nothing of each other',
      severity: 'error',
      from: { path: AREA },
      to: { path: '^functions/learn/', pathNot: '^functions/learn/$1/' },
    },
    {
      name: 'rules-are-pure',
      comment: 'rules know no I/O: only other rules, the error type and plain text functions',
      severity: 'error',
      from: { path: '/rules/', pathNot: '\\.test\\.ts$' },
      to: {
        path: `^(${INNER}/(?!rules/)|shared/(?!errors/|text/|config/parsers))|^node_modules/(kysely|mysql2|ioredis|bullmq|nodemailer|pino)/`,
      },
    },
    {
      name: 'queries-look-down',
      comment: 'queries hold SQL; they know neither use cases nor handlers',
      severity: 'error',
      from: { path: '/queries/', pathNot: '\\.test\\.ts$' },
      to: { path: `^${INNER}/(?!queries/|rules/|tables\\.ts)` },
    },
    {
      name: 'handlers-call-use-cases',
      comment: 'a handler calls one use case; it never reaches for SQL',
      severity: 'error',
      from: { path: '/handlers/', pathNot: '\\.test\\.ts$' },
      to: { path: '/queries/|^node_modules/(kysely|mysql2)/' },
    },
    {
      name: 'nobody-imports-handlers',
      severity: 'error',
      from: { pathNot: '/handlers/|\\.test\\.ts$|^tests/|/testing/' },
      to: { path: '/handlers/' },
    },
    {
      name: 'product-without-test-tools',
      severity: 'error',
      from: {
        path: '^(functions|shared)/',
        pathNot: '\\.test\\.ts$|/testing/|^shared/(local|host/offline)/',
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'product-without-test-support',
      severity: 'error',
      from: { path: '^(functions|shared)/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '^(shared|functions)/.*testing/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
