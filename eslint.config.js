import tseslint from 'typescript-eslint'
import reactHooks from 'eslint-plugin-react-hooks'

/**
 * The house's rooms, top floor first. A file may import from its own room and from rooms that stand
 * in its list; everything else is an error ("imports run downwards only", README: architecture).
 */
const rooms = {
  'main/events': [],
  'main/graph': [],
  'main/figures': [],
  'main/datasets': ['events'],
  'main/library': ['events'],
  'main/engines': ['graph'],
  'main/snn': ['graph'],
  'main/training': ['snn', 'engines', 'datasets', 'graph', 'events'],
  'main/analysis': ['training', 'snn', 'engines', 'datasets', 'graph', 'events', 'figures'],
  'main/deployment': ['analysis', 'training', 'snn', 'engines', 'datasets', 'graph', 'events', 'figures'],
  'main/workbench': ['library', 'training', 'analysis', 'deployment', 'snn', 'engines', 'datasets', 'graph', 'events', 'figures'],
}
const all = Object.keys(rooms).map((room) => room.slice('main/'.length))
const layers = Object.entries(rooms).map(([room, allowed]) => {
  const own = room.slice('main/'.length)
  const closed = all.filter((name) => name !== own && !allowed.includes(name))
  return {
    files: [`${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': ['error', {
        paths: [{ name: 'electron', message: 'Only main/desktop.ts and preload/ may import electron.' }],
        patterns: [
          { regex: `(^|/)\\.\\./(${closed.join('|')})/`, message: `${room} stands below that room: imports run downwards only.` },
          { regex: '(renderer/|/desktop\\.ts$|/headless\\.ts$)', message: `${room} stands below that room: imports run downwards only.` },
          ...(room === 'main/workbench' ? [] : [{ regex: 'preload/', message: 'Only the workbench knows the contract.' }]),
        ],
      }],
    },
  }
})

export default tseslint.config(
  { ignores: ['out/', 'node_modules/', 'test/.cache/'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: [] }, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'eqeqeq': 'error',
    },
  },
  ...layers,
  {
    files: ['renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      'no-restricted-imports': ['error', {
        patterns: [{ regex: '(^|/)main/', message: 'The window sees main only through the contract in preload/contract.' }],
        paths: [{ name: 'electron', message: 'The window never imports electron.' }],
      }],
    },
  },
  {
    files: ['test/**/*.{ts,tsx}', 'scripts/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [{ name: 'electron', message: 'Importing electron from Node downloads its binary.' }] }] },
  },
)
