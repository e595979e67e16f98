/**
 * Reads a vendor's words for the one parameter that it surely refuses: whatever else a request says, or for one value of it.
 * Words with any condition in them ("when thinking is enabled") are not clear: another request may well have it.
 */

/** What surely is refused. */
export interface ClearRefusal {
  /** As the vendor calls it. */
  readonly name: string;
  /** The value, where others may be taken; null for any. */
  readonly value: string | null;
}

const CONDITION =
  /\b(when|while|whenever|unless|until|if|both|together|combin\w+|simultaneous\w*|same time|(en|dis)abled|alongside|without|tools?|images?|audio|files?|stream\w*|because|since|region|tier|plan|account|organi[sz]ation|temporar\w+)\b/i;

const QUOTE = '[`\'"‘’“”]?';
const NAME = `${QUOTE}(?:body\\.)?(?<name>[a-z][\\w.]{0,60}\\w)${QUOTE}`;
const START = '(?:^|[.:;]\\s+)';
const NOT_TAKEN =
  '(?:is|are) (?:currently )?(?:not (?:supported|permitted|allowed|available|recogni[sz]ed)|unsupported)';
/** "with this model", "by gpt-5-mini". */
const MODEL = `(?: (?:by|with|for|on|in)(?: (?:this|the|these|your|reasoning))* (?:models?|endpoint|api|deployment|${QUOTE}[\\w./:]*[-\\d][\\w./:-]*\\w${QUOTE}))?`;
const END = '(?=\\s*(?:[.;,]\\s|[.;,]?$))';

const PARAMETER: readonly RegExp[] = [
  `${START}(?:unsupported|unknown|unrecogni[sz]ed|unexpected)(?: request)?(?: keyword)? (?:parameter|argument|field|property|key|name)(?: supplied| received)?:? ${NAME}(?:,? (?:which )?${NOT_TAKEN}${MODEL})?(?::.*)?${END}`,
  `${START}${NAME}: extra inputs are not permitted`,
  `${START}(?:the )?(?:parameter:? |argument:? )?${NAME}(?: parameter| argument)? ${NOT_TAKEN}${MODEL}${END}`,
  `${START}(?:this model|(?:the )?model ${QUOTE}[\\w./:-]+${QUOTE}|[\\w./:]*[-\\d][\\w./:-]*) (?:does not|doesn't) support (?:the )?(?:parameter:? |argument:? )?${NAME}(?: parameter| argument)?${END}`,
].map((pattern) => new RegExp(pattern, 'i'));

const VALUE = new RegExp(
  `${START}${NAME} (?:does not|doesn't) support ${QUOTE}(?<value>[\\w.-]*\\w)${QUOTE}${MODEL}${END}`,
  'i',
);

/** The parameter that a vendor's words surely refuse; null where they leave any doubt. */
export function clearRefusal(message: string): ClearRefusal | null {
  const words = message.trim();
  if (CONDITION.test(words)) return null;
  const [one, another] = PARAMETER.flatMap((pattern) => pattern.exec(words)?.groups?.name ?? []);
  const { name, value } = VALUE.exec(words)?.groups ?? {};
  if (name !== undefined && value !== undefined) return one === undefined ? { name, value } : null;
  return one === undefined || (another !== undefined && another !== one) ? null : { name: one, value: null };
}

const plain = (name: string): string => name.replaceAll(/[_-]/g, '').toLowerCase();

/** Whether a vendor's name stands for a place of a body, such as "effort" for `output_config.effort`. */
export function isNamed(name: string, place: string): boolean {
  return plain(name) === plain(place) || plain(name) === plain(place.split('.').at(-1) ?? place);
}
