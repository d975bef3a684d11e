/** One Jest for the whole repository: sources run through SWC, packages resolve to their sources. */
const sources = {
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^@muniment/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^@muniment/([^/]+)/(.+)$': '<rootDir>/libs/$1/src/$2.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
};

const root = new URL('.', import.meta.url).pathname;

/** Suites of apps/conformance that are about an installation, whatever form it has. */
const ofAnyForm = [
  'accounts',
  'audit',
  'aws-cli',
  'boto3',
  'credentials',
  'decisions-doors',
  'enforcement',
  'organizations',
  'sdk-errors',
  'sdk-lists',
  'sdk',
  'simulator',
  'terraform',
];

export default {
  testSequencer: '<rootDir>/tools/test-sequencer.cjs',
  projects: [
    { ...sources, displayName: 'muniment', rootDir: root, testMatch: ['<rootDir>/{libs,apps,tools}/**/*.test.ts'] },
    {
      ...sources,
      displayName: 'distributed',
      rootDir: root,
      testMatch: ofAnyForm.map((name) => `<rootDir>/apps/conformance/src/${name}.test.ts`),
      globalSetup: '<rootDir>/apps/conformance/distributed-setup.mjs',
      globalTeardown: '<rootDir>/apps/conformance/distributed-teardown.mjs',
      setupFiles: ['<rootDir>/apps/conformance/distributed-environment.mjs'],
    },
  ],
};
