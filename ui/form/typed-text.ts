import { useState } from 'react';

/**
 * The text of an input whose value is kept in another form. What was typed stays as it was typed ("0.50", "1.") for as
 * long as it means the value that is kept; a value that comes from elsewhere is written anew.
 */
export function useTypedText<T>(
  value: T,
  write: (value: T) => string,
  read: (text: string) => T,
): [text: string, type: (text: string) => T] {
  const [typed, setTyped] = useState(() => write(value));
  const means = read(typed);
  const isSame = Object.is(means, value) || JSON.stringify(means) === JSON.stringify(value);
  const type = (text: string): T => {
    setTyped(text);
    return read(text);
  };
  return [isSame ? typed : write(value), type];
}
