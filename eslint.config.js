/** The rules of the house that a machine can check: no `any`, no `!`, casts at boundaries only, a pure core. */
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const PURE = ['src/game/**/*.ts', 'src/room/**/*.ts'];
/** Where the outside world comes in and a cast can be the only way to name what has just been checked. */
const BOUNDARIES = [
  'src/aws/**/*.ts',
  'src/store/**/*.ts',
  'src/web/**/*.{ts,tsx}',
  'src/verify/log.ts',
  'scripts/**/*.ts',
  'tests/**/*.ts',
];

export default tseslint.config(
  { ignores: ['node_modules', 'dist', '.serverless', '.esbuild', '.liap', 'coverage', 'src/edge/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-depth': ['error', 3],
      complexity: ['error', 16],
    },
  },
  {
    files: BOUNDARIES,
    rules: { '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'as' }] },
  },
  {
    files: PURE,
    rules: {
      'no-restricted-globals': [
        'error',
        'Date',
        'setTimeout',
        'setInterval',
        'process',
        'crypto',
        'performance',
        'fetch',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness is handed in.' },
      ],
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!\\.)', message: 'The core has no dependency.' }] },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { globals: { module: 'writable', process: 'readonly', console: 'readonly' } },
  },
);
