/**
 * What the linter holds this code to. A rule that is switched off says why.
 * Layout (who may import whom) is not here but in test/architecture/imports.test.ts; formatting is prettier's.
 */
import { defineConfig, globalIgnores } from 'eslint/config';
import temporal from 'eslint-plugin-temporal';
import tseslint from 'typescript-eslint';

const TYPESCRIPT = ['**/*.ts', '**/*.tsx'];
const JAVASCRIPT = ['**/*.js', '**/*.mjs'];

/** Files that may be longer than the rest, each with its reason. */
const LONG_FILES = [
  'src/plan/types.ts', // one glossary of shapes: splitting it would scatter what is read together
  'src/web/page/i18n/en.ts', // dictionaries: looked up, side by side, not read
  'src/web/page/i18n/fr.ts',
];

const NOT_REPLAYED = [
  ...['process', 'Buffer', 'fetch', 'performance', 'crypto', 'setInterval', 'setImmediate', 'queueMicrotask', 'structuredClone'],
  ...['WeakRef', 'FinalizationRegistry'],
].map((name) => ({ name, message: 'Not there, or not the same, when a workflow is replayed.' }));

const ENVIRONMENT = {
  object: 'process',
  property: 'env',
  message: 'Only src/config.ts reads the environment; take the value as an argument.',
};

export default defineConfig([
  globalIgnores([
    'dist/',
    '**/out/',
    '**/.daychain/',
    'test/replay/histories/',
    'test/.projects/',
    'examples/*/data/',
    'coverage/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  // Everywhere.
  {
    files: [...TYPESCRIPT, ...JAVASCRIPT],
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-else-return': ['error', { allowElseIf: true }],
      'no-useless-rename': 'error',
      'no-duplicate-imports': 'off', // an `import type` beside an `import` is two statements on purpose
      'no-unreachable': 'error',
      'no-self-compare': 'error',
      'no-unmodified-loop-condition': 'error',
      'no-template-curly-in-string': 'error',
      'no-warning-comments': ['warn', { terms: ['fixme', 'xxx'] }],
      'max-lines': ['warn', { max: 300 }],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'MemberExpression[property.name="pathname"] > NewExpression[callee.name="URL"] > MemberExpression > MetaProperty',
          message: 'Use fileURLToPath: a folder with a space in its name comes out of a pathname as %20.',
        },
      ],
    },
  },
  { files: [...LONG_FILES, 'test/**/*.ts'], rules: { 'max-lines': 'off' } }, // a test file is as long as what it proves

  // TypeScript, with types.
  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-import-type-side-effects': 'error', // `import { type A }` still loads the module
      '@typescript-eslint/no-unnecessary-condition': 'off', // it trusts types that describe what others wrote: files, histories, replies
      '@typescript-eslint/no-unsafe-enum-comparison': 'off', // status codes and states arrive from the server as plain numbers
      '@typescript-eslint/require-await': 'off', // an async function without await keeps a contract whose other side awaits, and turns throws into rejections
      '@typescript-eslint/unbound-method': 'off', // it takes every method of a plain object for a class's; our objects are closures and have no `this`
      '@typescript-eslint/no-empty-object-type': 'off', // `interface Clients {}` is how users add their own by declaration merging
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/only-throw-error': ['error', { allowRethrowing: true, allowThrowingUnknown: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
    },
  },

  // The product.
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    rules: {
      'no-console': 'error', // stdout belongs to the CLI's answers, everything else goes through the log
      'no-restricted-properties': [
        'error',
        ENVIRONMENT,
        {
          object: 'process',
          property: 'exit',
          message: 'Set process.exitCode and let the process end: exit() cuts off output and clean-up.',
        },
      ],
    },
  },
  { files: ['src/cli/**/*.ts'], rules: { 'no-console': 'off' } }, // this is where answers are printed
  {
    files: ['src/activities/command-guard.ts'], // a program of its own, whose exit code is its word
    rules: { 'no-restricted-properties': ['error', ENVIRONMENT] },
  },
  {
    files: ['src/cli/main.ts', 'src/cli/commands/worker.ts'], // a broken pipe, and bodies that ignore everything, leave no other way
    rules: { 'no-restricted-properties': ['error', ENVIRONMENT] },
  },
  {
    files: ['src/config.ts'], // the one reader of the environment
    rules: { 'no-restricted-properties': 'off' },
  },

  // The page speaks two languages: what it says stands in src/web/page/i18n, not in its markup.
  {
    files: ['src/web/page/**/*.tsx'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXText[value=/\\p{L}{2}/u]',
          message: 'A text of the page belongs into both dictionaries of src/web/page/i18n.',
        },
        {
          selector:
            'JSXAttribute[name.name=/^(title|alt|placeholder|label|hint|word|aria-label|aria-valuetext)$/] > Literal[value=/\\p{L}/u]',
          message: 'A text of the page belongs into both dictionaries of src/web/page/i18n.',
        },
      ],
    },
  },

  // Code that must come to the same decision whenever and wherever it runs.
  {
    files: ['src/workflows/**/*.ts', 'src/plan/**/*.ts', 'src/time/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...NOT_REPLAYED,
        {
          name: 'Intl',
          message:
            "Prints the real clock without an argument, and zones differ between machines; src/time's library does neither.",
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression > MemberExpression > Identifier.property[name=/^(get|set)(FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds)$|^getTimezoneOffset$|^toLocale(Date|Time)?String$|^to(Date|Time)String$/]',
          message: "This reads the machine's own zone. Use the UTC form, or decide it in an activity.",
        },
      ],
    },
  },
  {
    files: ['src/time/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...NOT_REPLAYED] }, // the list of all zones comes from Intl, for suggestions only
  },
  {
    files: ['src/plan/**/*.ts', 'src/time/**/*.ts'],
    rules: {
      // Inside a workflow the SDK replaces these; pure code has no business with them at all.
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time is an argument.' },
        {
          object: 'Intl',
          property: 'DateTimeFormat',
          message: 'Prints the real clock without an argument; use the zone library.',
        },
        { object: 'Math', property: 'random', message: 'Randomness is an argument.' },
        ENVIRONMENT,
      ],
    },
  },
  {
    files: ['src/workflows/**/*.ts'],
    plugins: { temporal },
    rules: {
      ...onlyErrors(temporal.configs.workflow.rules),
      // Of the rules the plugin only advises, those that guard correctness rather than style.
      'temporal/workflow-no-swallow-cancellation': 'error',
      'temporal/workflow-no-throw-raw-error': 'error',
      'temporal/workflow-patch-id-literal': 'error',
      'temporal/workflow-no-bigint-in-payload': 'error',
      'temporal/workflow-no-date-object-in-payload': 'error',
      'temporal/workflow-no-any-in-workflow-public-api': 'error',
      'temporal/workflow-no-floating-promises': 'off', // takes setHandler for a promise; the type-aware rule above knows
      '@typescript-eslint/only-throw-error': 'off', // what a wait caught is kept aside and rethrown later
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/activities/*', '**/define/*', '**/registry/*', '**/time/*', '**/control/*', '**/lock/*'],
              allowTypeImports: true,
              message: 'A workflow may know the types of these, never their code: it would be replayed.',
            },
          ],
        },
      ],
    },
  },

  // Tests.
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['test', 'it', 'describe', 'suite'].map((object) => ({
          object,
          property: 'only',
          message: 'Would hide every other test.',
        })),
      ],
      '@typescript-eslint/no-unsafe-assignment': 'off', // expect.any() and parsed JSON are `any`, and the assertion is what checks them
      '@typescript-eslint/no-unsafe-member-access': 'off', // the same
      '@typescript-eslint/unbound-method': 'off', // expect(object.method) compares, it does not call
    },
  },

  { files: ['test/**/*.test-d.ts'], rules: { '@typescript-eslint/no-unused-vars': 'off' } }, // what compiles there is the test

  // Plain JavaScript: scripts, the launcher, configuration.
  { files: JAVASCRIPT, extends: [tseslint.configs.disableTypeChecked], languageOptions: { parser: tseslint.parser } },
]);

function onlyErrors(rules) {
  return Object.fromEntries(Object.entries(rules).filter(([, severity]) => severity === 'error'));
}
