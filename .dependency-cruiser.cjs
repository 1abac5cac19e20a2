/** Import directions of design.md. scripts/check-imports.ts runs this and fails when too few modules were cruised. */
const domains = require('./domains.json');

const TEST = '\\.test\\.ts$';
const TEST_SUPPORT = '/testing/';

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
      name: 'dev-stays-on-the-machine',
      comment: 'dev/ is never part of a deployed function',
      severity: 'error',
      from: { path: '^(functions|shared)/', pathNot: [TEST, TEST_SUPPORT] },
      to: { path: '^dev/' },
    },
    {
      name: 'domains-meet-through-index',
      comment:
        'tests also take the fixtures of lower domains; product-without-test-support keeps others from them',
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: {
        path: '^functions/([^/]+)/',
        pathNot: ['^functions/$1/', '^functions/[^/]+/index\\.ts$', '^functions/[^/]+/testing/'],
      },
    },
    ...Object.entries(domains).map(([domain, lower]) => ({
      name: `${domain}-looks-down`,
      comment: `domains.json: ${domain} imports ${lower.join(', ') || 'no other domain'}`,
      severity: 'error',
      from: { path: `^functions/${domain}/` },
      to: { path: '^functions/', pathNot: `^functions/(${[domain, ...lower].join('|')})/` },
    })),
    {
      name: 'rules-are-pure',
      comment: 'rules know no I/O: only other rules, the error type and the small pure modules of shared',
      severity: 'error',
      from: { path: '/rules/', pathNot: TEST },
      to: {
        path: '^functions/(?!.*/rules/)|^shared/(?!errors/|text/|time/|conditional/|config/parsers)|^dev/|^node_modules/(kysely|mysql2|ioredis|bullmq|nodemailer|pino)/',
      },
    },
    {
      name: 'pure-modules-stay-pure',
      comment: 'what rules may import looks no further than rules may',
      severity: 'error',
      from: { path: '^shared/(text|time|conditional)/', pathNot: TEST },
      to: { path: '^shared/(?!errors/|text/|time/|conditional/)' },
    },
    {
      name: 'queries-look-down',
      comment: 'queries hold SQL; they know neither use cases nor handlers',
      severity: 'error',
      from: { path: '/queries/', pathNot: TEST },
      to: { path: '^functions/', pathNot: '/queries/|/rules/|/tables\\.ts$' },
    },
    {
      name: 'handlers-call-use-cases',
      comment: 'a handler calls one use case; it never reaches for SQL',
      severity: 'error',
      from: { path: '/handlers/', pathNot: TEST },
      to: { path: '/queries/|^node_modules/(kysely|mysql2)/' },
    },
    {
      name: 'nobody-imports-handlers',
      severity: 'error',
      from: { pathNot: ['/handlers/', TEST, '^tests/', TEST_SUPPORT] },
      to: { path: '/handlers/' },
    },
    {
      name: 'product-without-test-tools',
      severity: 'error',
      from: { path: '^(functions|shared)/', pathNot: [TEST, TEST_SUPPORT, '^shared/host/offline/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'product-without-test-support',
      severity: 'error',
      from: { path: '^(functions|shared)/', pathNot: [TEST, TEST_SUPPORT] },
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
