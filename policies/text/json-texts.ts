const COLON = /\s*:/y;
const NUMBER = /-?[0-9][0-9.eE+-]*/y;

/**
 * The JSON document with `change` applied to each string, key or value, and to each number as it is written; `key` is the
 * last key before a value ('' for keys themselves). What is not changed keeps its bytes; a number that is changed becomes
 * a string. Null when the text is not JSON.
 */
export function mapJsonTexts(json: string, change: (text: string, key: string) => string): string | null {
  try {
    JSON.parse(json);
  } catch {
    return null;
  }
  let out = '';
  let copied = 0;
  let key = '';
  for (let i = 0; i < json.length; ) {
    const unit = json.charCodeAt(i);
    const isString = unit === 0x22;
    if (!isString && unit !== 0x2d && (unit < 0x30 || unit > 0x39)) {
      i++;
      continue;
    }
    const end = isString ? stringEnd(json, i) : numberEnd(json, i);
    const raw = json.slice(i, end);
    const text = !isString ? raw : raw.includes('\\') ? String(JSON.parse(raw)) : raw.slice(1, -1);
    COLON.lastIndex = end;
    const isKey = isString && COLON.test(json);
    const changed = change(text, isKey ? '' : key);
    if (isKey) key = text;
    if (changed !== text) {
      out += json.slice(copied, i) + JSON.stringify(changed);
      copied = end;
    }
    i = end;
  }
  return copied === 0 ? json : out + json.slice(copied);
}

function stringEnd(json: string, start: number): number {
  let end = start + 1;
  while (json.charCodeAt(end) !== 0x22) end += json.charCodeAt(end) === 0x5c ? 2 : 1;
  return end + 1;
}

function numberEnd(json: string, start: number): number {
  NUMBER.lastIndex = start;
  return start + (NUMBER.exec(json)?.[0].length ?? 1);
}
