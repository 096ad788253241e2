import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/protocol.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      // The dashboard routes by `#/…` itself; there is no base path to resolve.
      'svelte/no-navigation-without-resolve': 'off',
      // Collections here are replaced as a whole, once a frame, never mutated in place.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['src/**'],
    rules: {
      // What a container names itself must never become markup.
      'svelte/no-at-html-tags': 'error',
      'no-restricted-imports': ['error', { patterns: [{ group: ['**/hub/*'], message: 'Only hub.ts knows the connection.' }] }],
    },
  },
  { files: ['src/hub.ts', 'src/hub/**'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['scripts/**', 'dev/**', '*.js', '*.ts'], languageOptions: { globals: { ...globals.node } } },
)
