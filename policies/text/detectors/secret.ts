import type { Detector, Span } from './detector.ts';

/**
 * Shapes of keys and tokens, as their issuers document them. Each starts after something that is not part of a token,
 * and repeats one class of characters at a time, so that a search is linear.
 */
const TOKENS: readonly string[] = [
  'sk-[A-Za-z0-9_-]{20,}', // OpenAI (also sk-proj-), Anthropic (sk-ant-), OpenRouter and others
  '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])', // AWS access key id
  'gh[pousr]_[A-Za-z0-9]{30,}', // GitHub
  'github_pat_[A-Za-z0-9_]{22,}',
  'gl(?:pat|rt|dt|cbt|ptt|ft|soat)-[A-Za-z0-9_-]{20,}', // GitLab
  'xox[abeoprs]-[A-Za-z0-9-]{10,}', // Slack
  'xapp-[A-Za-z0-9-]{20,}',
  'AIza[A-Za-z0-9_-]{35}', // Google API key
  'ya29\\.[A-Za-z0-9_-]{20,}', // Google OAuth
  'GOCSPX-[A-Za-z0-9_-]{20,}',
  '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}', // Stripe
  'whsec_[A-Za-z0-9+/=]{20,}',
  'SK[0-9a-f]{32}(?![0-9a-f])', // Twilio
  'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}', // SendGrid
  'npm_[A-Za-z0-9]{36}',
  'pypi-[A-Za-z0-9_-]{50,}',
  'hf_[A-Za-z0-9]{30,}', // Hugging Face
  'gsk_[A-Za-z0-9]{32,}', // Groq
  'xai-[A-Za-z0-9]{40,}',
  'pplx-[A-Za-z0-9]{40,}',
  'r8_[A-Za-z0-9]{30,}', // Replicate
  'do[oprt]_v1_[a-f0-9]{40,}', // DigitalOcean
  'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}', // Shopify
  'dapi[a-f0-9]{32}', // Databricks
  'lin_api_[A-Za-z0-9]{30,}', // Linear
  'ntn_[A-Za-z0-9]{30,}', // Notion
  'ATATT3[A-Za-z0-9_=-]{30,}', // Atlassian
  'hv[sb]\\.[A-Za-z0-9_-]{20,}', // HashiCorp Vault
  'PMAK-[a-f0-9-]{40,}', // Postman
  'glsa_[A-Za-z0-9_]{30,}', // Grafana
  'NRAK-[A-Z0-9]{20,}', // New Relic
  'key-[0-9a-f]{32}(?![0-9a-f])', // Mailgun
  '[0-9]{8,10}:AA[A-Za-z0-9_-]{32,}', // Telegram
  'eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]{4,})?', // JSON Web Token
];
/** Letters, digits, `_` and `-` that each of them has in a row. */
const SHORTEST_TOKEN = 12;
const TOKEN = new RegExp(`(?<![A-Za-z0-9_-])(?:${TOKENS.join('|')})`, 'g');

/** The value after these words; only the value is the secret. Bounded repetitions, one class at a time. */
const SLACK_HOOK = /hooks\.slack\.com\/(?:services|workflows|triggers)\/([A-Za-z0-9_/]{20,})/dg;
const BEARER = /\b(?:bearer|basic)[ \t]{1,4}([A-Za-z0-9._~+/-]{16,}={0,2})/dgi;
const LOGIN = /:\/\/[^\s:@/]{0,64}:([^\s@/]{3,128})@/dg;
const ACCOUNT_KEY = /\b(?:AccountKey|SharedAccessKey|sig)=([A-Za-z0-9+/%]{30,}={0,2})/dg;
const ASSIGNED =
  /(?<![A-Za-z])(pass(?:word|wd|phrase|code)|pwd|pw|passwort|kennwort|contraseña|mot de passe|wachtwoord|senha|(?:client|app|shared|signing|access)?[_-]?secret(?:[_ -]?(?:access)?[_ -]?key)?|api[_ -]?key|access[_ -]?key|(?:auth|access|refresh|api|bot)[_ -]?token|token)["']?(?:[ \t]{0,3}(?:=>|:=|[:=])[ \t]{0,3}|[ \t]{1,3}(?:is|ist|es|est|was|lautet):?[ \t]{1,3})["'`]?([^\s"'`,;<>]{6,200})/dgi;

/** Values that stand for a secret without being one: names of variables, calls, blanks, and what was hidden before. */
const NOT_A_VALUE =
  /^(?:[$%{[(*.]|process\.|os\.|env\.|config\.|self\.|this\.|secrets?\.|vault:|https?:\/\/)|[()[\]{}]|\*{3}|x{4}|\.{3}|^(?:your|my|example|changeme|placeholder|redacted|undefined|string|required)/i;

function isSecretValue(keyword: string, value: string): boolean {
  if (NOT_A_VALUE.test(value)) return false;
  const digit = /[0-9]/.test(value);
  const letter = /\p{L}/u.test(value);
  // "token" and "key" also name counters, fields and types: only what looks random counts.
  if (/token|key/i.test(keyword))
    return value.length >= 16 && digit && letter && !/^[a-z]+(?:[-_.][a-z]+)*\d?$/.test(value);
  if (!letter) return digit && value.length >= 8 && !/^\d{4}-\d\d/.test(value);
  return digit || /[!#$%&*^~+?]/.test(value);
}

const KEY_HEAD = '-----BEGIN ';
const KEY_KIND = /^[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;

/** No key is longer than this many characters. */
const LONGEST_KEY = 20_000;
const KEY_BODY = /^(?:[A-Za-z0-9+/=:,.()\s\\-](?!-----BEGIN ))*/;

/** From the first dash to the end of the closing line; where that was cut off, to the end of what can be the key. */
function privateKeys(text: string, found: Span[]): void {
  for (let start = text.indexOf(KEY_HEAD); start !== -1; start = text.indexOf(KEY_HEAD, start + 1)) {
    const head = KEY_KIND.exec(text.slice(start + KEY_HEAD.length, start + 100));
    if (!head) continue;
    const from = start + KEY_HEAD.length + head[0].length;
    const body = KEY_BODY.exec(text.slice(from, from + LONGEST_KEY))?.[0] ?? '';
    const close = /-----END [A-Z0-9 ]{0,60}-----/.exec(body);
    if (!close && !/^(?:\s|\\[nr])*[A-Za-z0-9+/=]{16}/.test(body)) continue;
    const end = from + (close ? close.index + close[0].length : body.trimEnd().length);
    found.push({ start, end });
    start = end - 1;
  }
}

/** Trailing punctuation belongs to the sentence. */
function withoutPunctuation(value: string): string {
  return value.replace(/[.,;:!?)\]}]{1,3}$/, '');
}

function valuesOf(text: string, pattern: RegExp, found: Span[]): void {
  for (const match of text.matchAll(pattern)) {
    const place = match.indices?.[1];
    if (place) found.push({ start: place[0], end: place[1] });
  }
}

export const secret: Detector = {
  name: 'secret',
  label: 'Key, token or password',
  mask: '[secret]',
  certainty: 0.9,
  may: (features) =>
    features.digits > 0 || features.longestWord >= SHORTEST_TOKEN || features.colonRun > 0 || features.equals,
  find(text, features) {
    const found: Span[] = [];
    if (features.longestWord >= SHORTEST_TOKEN) {
      for (const match of text.matchAll(TOKEN)) found.push({ start: match.index, end: match.index + match[0].length });
      privateKeys(text, found);
    }
    valuesOf(text, SLACK_HOOK, found);
    valuesOf(text, BEARER, found);
    valuesOf(text, ACCOUNT_KEY, found);
    if (text.includes('://')) valuesOf(text, LOGIN, found);
    for (const match of text.matchAll(ASSIGNED)) {
      const place = match.indices?.[2];
      const value = withoutPunctuation(match[2] ?? '');
      if (place && isSecretValue(match[1] ?? '', value)) found.push({ start: place[0], end: place[0] + value.length });
    }
    return apart(found);
  },
};

/** Findings in order of place, those that touch the same characters made one. */
function apart(found: Span[]): Span[] {
  if (found.length < 2) return found;
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const joined: Span[] = [];
  for (const span of found) {
    const last = joined.at(-1);
    if (last && span.start < last.end)
      joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else joined.push(span);
  }
  return joined;
}
