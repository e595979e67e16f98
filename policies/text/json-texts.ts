const NUMBER = /-?[0-9][0-9.eE+-]*/y;

/**
 * The JSON document with `change` applied to each string, key or value, and to each number as it is written. What is not
 * changed keeps its bytes; a number that is changed becomes a string. Null when the text is not JSON.
 */
export function mapJsonTexts(json: string, change: (text: string) => string): string | null {
  try {
    JSON.parse(json);
  } catch {
    return null;
  }
  let out = '';
  let copied = 0;
  for (let i = 0; i < json.length; ) {
    const unit = json.charCodeAt(i);
    let end = i + 1;
    if (unit === 0x22) {
      let escaped = false;
      while (json.charCodeAt(end) !== 0x22) {
        if (json.charCodeAt(end) === 0x5c) {
          escaped = true;
          end++;
        }
        end++;
      }
      end++;
      const text = escaped ? String(JSON.parse(json.slice(i, end))) : json.slice(i + 1, end - 1);
      const changed = change(text);
      if (changed !== text) {
        out += json.slice(copied, i) + JSON.stringify(changed);
        copied = end;
      }
    } else if (unit === 0x2d || (unit >= 0x30 && unit <= 0x39)) {
      NUMBER.lastIndex = i;
      const text = NUMBER.exec(json)?.[0] ?? '';
      end = i + text.length;
      const changed = change(text);
      if (changed !== text) {
        out += json.slice(copied, i) + JSON.stringify(changed);
        copied = end;
      }
    }
    i = end;
  }
  return copied === 0 ? json : out + json.slice(copied);
}
