/** Stand-ins for personal data in one request: each distinct value gets one placeholder, and answers get the value back. */
export class Placeholders {
  /** The placeholder for a value of a type; the same value always gets the same one. */
  take(_type: string, _value: string): string {
    return '';
  }

  /** The text with each known placeholder replaced by its value. */
  restore(text: string): string {
    return text;
  }

  get size(): number {
    return 0;
  }
}
