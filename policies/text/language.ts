/** The language of a text as an ISO 639-1 code, or null when it is too short or mixed to tell. */
export function languageOf(_text: string): string | null {
  return null;
}
