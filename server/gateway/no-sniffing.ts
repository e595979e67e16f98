/** Answers to apps are of the type that they say, whatever a browser would make of their bytes. Pages say it by helmet. */
export const NO_SNIFFING = ['x-content-type-options', 'nosniff'] as const;
