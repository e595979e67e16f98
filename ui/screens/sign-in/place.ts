/** Where somebody was before they went to a provider of sign-in, so that they come back there. */
const NAME = 'signalbox.place';

/** Keeps the address of now in this window. */
export function rememberPlace(): void {
  const { pathname, search } = window.location;
  if (pathname !== '/sign-in/return') sessionStorage.setItem(NAME, pathname + search);
}

/** The address that was kept, once; `/` where none was. */
export function takePlace(): string {
  const place = sessionStorage.getItem(NAME) ?? '/';
  sessionStorage.removeItem(NAME);
  // Two slashes lead to another host.
  return /^\/(?!\/)/.test(place) ? place : '/';
}
