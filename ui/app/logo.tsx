/** A signal with its lower lamp lit: the way is free. */
export function Logo() {
  return (
    <svg width="22" height="30" viewBox="6 0 20 32" aria-hidden="true">
      <rect x="8" y="1" width="16" height="30" rx="8" fill="#1d2b45" stroke="#6e93c8" strokeWidth="1" />
      <circle cx="16" cy="9.5" r="4.5" fill="#55637d" />
      <circle cx="16" cy="22" r="5" fill="#37d399" />
    </svg>
  );
}
