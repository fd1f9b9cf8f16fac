// @ts-check
/** Lint rules: what the compiler cannot see (forgotten promises, half a switch) and the conventions of DESIGN.md that can be checked. */
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

export default defineConfig(
  globalIgnores(['out/', 'node_modules/', '.cache/', 'test-results/', 'resources/']),
  {
    files: ['**/*.{ts,tsx,mjs}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Handlers and ports are async by their type, whether or not one of them waits for something.
      '@typescript-eslint/require-await': 'off',
      // It objects to Promise.all over checks of which some have their answer at once.
      '@typescript-eslint/await-thenable': 'off',
      // Factories return plain objects without `this`: their functions may be passed on.
      '@typescript-eslint/unbound-method': 'off',
      // Comparing with null means "null or undefined".
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-unsafe-finally': 'error',
      'no-cond-assign': 'error',
      'no-constant-condition': 'error',
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression[callee.object.name='vi'][callee.property.name=/^(mock|doMock)$/]", message: 'Write a fake behind a port of ours instead.' },
        { selector: 'ExportDefaultDeclaration', message: 'Exports have names.' },
        { selector: "ClassDeclaration[id.name!='AppError']", message: 'A createX(deps) factory that returns a plain object.' },
        { selector: 'TSEnumDeclaration', message: 'A union of strings.' },
      ],
    },
  },
  {
    // Tools want default exports; tests and scripts talk to a terminal.
    files: ['*.config.{ts,mjs}', 'scripts/test-reporter.mjs'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['scripts/**', 'bench/**', 'e2e/**', 'src-main/cli/**', '**/*.test.ts'], rules: { 'no-console': 'off' } },
  {
    // expect.any() and JSON that a test reads back.
    files: ['**/*.{test,e2e,bench}.{ts,tsx}'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  { files: ['*.config.mjs'], extends: [tseslint.configs.disableTypeChecked] },
  {
    // Scripts are typed by JSDoc: JSON and child processes give `any`, and a cast there says no more than the reader sees.
    files: ['scripts/**/*.mjs'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
)
