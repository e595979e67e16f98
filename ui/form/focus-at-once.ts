/**
 * The `ref` of a field that appears because somebody asked to write in it. It has the focus as soon as it is on the page, so
 * that nothing typed after that goes elsewhere; an effect of what draws it would come too early where it stands in a portal.
 */
export const focusAtOnce = (field: HTMLElement | null): void => field?.focus();
