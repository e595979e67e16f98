/** A small value that fits a JSON Schema of the simple kind that tools and answer formats have. */
import { isObject, type JsonObject, listOf } from '../../wire/json-value.ts';

const MAX_DEPTH = 5;
const MAX_ITEMS = 8;

function resolved(schema: JsonObject, root: JsonObject): JsonObject {
  if (typeof schema.$ref !== 'string') return schema;
  let target: unknown = root;
  for (const key of schema.$ref.split('/').slice(1)) target = isObject(target) ? target[key] : undefined;
  return isObject(target) ? target : {};
}

/** `text` stands wherever the schema asks for free text. */
export function exampleOf(schema: unknown, text: string, root = schema, depth = 0): unknown {
  if (!isObject(schema) || !isObject(root) || depth > MAX_DEPTH) return null;
  const { type, ...rules } = resolved(schema, root);
  for (const known of [rules.const, listOf(rules.enum)[0], rules.default]) if (known !== undefined) return known;
  const inner = (value: unknown) => exampleOf(value, text, root, depth + 1);
  const alternative = listOf(rules.anyOf)[0] ?? listOf(rules.oneOf)[0] ?? listOf(rules.allOf)[0];
  if (alternative !== undefined) return inner(alternative);
  switch (listOf(type)[0] ?? type) {
    case 'string':
      return text;
    case 'integer':
    case 'number':
      return typeof rules.minimum === 'number' ? rules.minimum : 1;
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: Math.min(MAX_ITEMS, Number(rules.minItems ?? 1)) }, () => inner(rules.items));
    case 'null':
      return null;
    default: {
      const properties = isObject(rules.properties) ? rules.properties : {};
      const required = listOf(rules.required).map(String);
      const names = required.length > 0 ? required : Object.keys(properties);
      return Object.fromEntries(names.map((name) => [name, inner(properties[name])]));
    }
  }
}
