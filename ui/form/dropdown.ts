/** The list of a combobox scrolls itself, so that nothing scrolls which the keyboard cannot reach. */
export const DROPDOWN = { withScrollArea: false, styles: { options: { maxHeight: 320, overflowY: 'auto' } } } as const;
