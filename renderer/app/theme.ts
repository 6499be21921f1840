import { createTheme, defaultVariantColorsResolver, type MantineColorsTuple, type VariantColorsResolver } from '@mantine/core'

// Neutrals lean a little to green, so that the accent (teal) looks at home; ON is warm and OFF is blue in every theme,
// a pair that stays apart for all common kinds of colour blindness. The same values stand in tokens.css for our own styles.
const gray: MantineColorsTuple = [
  '#f6f7f7',
  '#eff1f1',
  '#e1e4e5',
  '#d3d8da',
  '#bfc6c9',
  '#98a2a7',
  '#667076',
  '#4a5359',
  '#2b3236',
  '#14181a',
]
const dark: MantineColorsTuple = [
  '#e8edee',
  '#b7c1c4',
  '#8a969b',
  '#5b666b',
  '#30393d',
  '#262e31',
  '#1a1f22',
  '#131719',
  '#0f1213',
  '#0a0c0d',
]
const iris: MantineColorsTuple = [
  '#e2f4f1',
  '#c8ebe5',
  '#98d9cf',
  '#63c6b8',
  '#3bb8a7',
  '#1a9e8d',
  '#0b7d71',
  '#08675d',
  '#07564f',
  '#053f3a',
]

const fontFamily = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif'
const fontFamilyMonospace = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace'

/** What destroys, filled: the window's own red, which keeps its contrast in both themes. */
const destroying = { background: 'var(--bad)', hover: 'color-mix(in srgb, var(--bad) 88%, var(--ink))', color: 'var(--surface)' }

/** Filled controls in the accent colour: text that keeps its contrast in both themes, which one fixed colour does not. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input)
  const accent = input.color === undefined || input.color === 'iris'
  if (input.variant === 'filled' && input.color === 'red') return { ...colors, ...destroying }
  return input.variant === 'filled' && accent ? { ...colors, color: 'var(--on-accent)' } : colors
}

export const theme = createTheme({
  colors: { gray, dark, iris },
  primaryColor: 'iris',
  primaryShade: { light: 6, dark: 4 },
  variantColorResolver,
  fontFamily,
  fontFamilyMonospace,
  headings: { fontFamily, fontWeight: '600' },
  fontSizes: { xs: '11.5px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  defaultRadius: 6,
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { size: 'md', variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    InputWrapper: { styles: { description: { fontSize: '11.5px' }, error: { fontSize: '11.5px' } } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false, checkIconPosition: 'right' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Badge: { defaultProps: { radius: 4, tt: 'none', variant: 'light', fw: 500 } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, multiline: true, maw: 300, fz: 12 } },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.45 },
        transitionProps: { duration: 120 },
        closeButtonProps: { 'aria-label': 'Close' },
        // Mantine makes it a <header>, which would be a second banner of the page.
        attributes: { header: { role: 'presentation' } },
      },
    },
    Menu: { defaultProps: { shadow: 'md' } },
  },
})
