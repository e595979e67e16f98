import { Alert, Badge, type CSSVariablesResolver, createTheme, Notification } from '@mantine/core';

/** The blue of enamelled signs. White text reads well on it from shade 6 on. */
const RAIL = [
  '#eff4fb',
  '#dbe5f3',
  '#b6c9e4',
  '#8fadd6',
  '#6e93c8',
  '#557fbb',
  '#4070b0',
  '#345f9a',
  '#2a5085',
  '#1e406f',
] as const;

/** Mantine's dark greys with a little of the same blue. */
const NIGHT = [
  '#d5dbe5',
  '#b3bccb',
  '#8f9aab',
  '#6a7587',
  '#4a5465',
  '#3a4250',
  '#272d37',
  '#1c2027',
  '#171a20',
  '#12141a',
] as const;

export const theme = createTheme({
  colors: { rail: RAIL, dark: NIGHT },
  primaryColor: 'rail',
  primaryShade: { light: 7, dark: 6 },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: 'md',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.6rem' }, h2: { fontSize: '1.1rem' } } },
  respectReducedMotion: true,
  components: {
    // On its own tint, a coloured title is too faint: the icon has the colour.
    Alert: Alert.extend({
      styles: { title: { color: 'var(--mantine-color-text)' } },
      vars: (_, { color }) => ({ root: { '--alert-color': `var(--mantine-color-${color}-filled)` } }),
    }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close the message' } } }),
    Badge: Badge.extend({ styles: { root: { flex: 'none', overflow: 'visible' }, label: { overflow: 'visible' } } }),
  },
});

/** Secondary text, errors and hints in empty fields have to be read as well: Mantine's own colours for them are too faint. */
export const variables: CSSVariablesResolver = (mantine) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': mantine.colors.gray[7],
    '--mantine-color-placeholder': '#667080',
    '--mantine-color-error': mantine.colors.red[9],
    '--mantine-color-body': '#fbfcfe',
  },
  dark: {
    '--mantine-color-dimmed': mantine.colors.dark[1],
    '--mantine-color-placeholder': mantine.colors.dark[2],
    '--mantine-color-error': mantine.colors.red[4],
    '--mantine-color-anchor': RAIL[3],
  },
});
