import { Fieldset, NativeSelect, Stack, Text } from '@mantine/core';
import type { FieldProps } from './field-props.ts';
import { useForm } from './form-context.tsx';
import { Fields } from './group-field.tsx';
import { type Variant, variantOf } from './shape.ts';
import { turnedInto } from './start-value.ts';

/** A group that can be of several sorts: which sort, and then its fields. */
export function VariantsField({
  slot,
  isTitled,
  value,
  path,
  title,
  besides,
  variants,
}: FieldProps & { readonly variants: readonly Variant[] }) {
  const { change, mayChange } = useForm();
  const at = variantOf(variants, value);
  const shape = variants[at]?.slot.shape;
  const content = (
    <Stack gap="md">
      <NativeSelect
        label="Type"
        aria-label={`Type of ${title}`}
        data={variants.map((variant, i) => ({ value: String(i), label: variant.title }))}
        value={String(at)}
        disabled={!mayChange}
        onChange={({ currentTarget }) => {
          const next = variants[Number(currentTarget.value)];
          if (next) change({ path, value: turnedInto(variants[at], next, value, besides), title, goesOn: false });
        }}
      />
      {shape?.type === 'group' ? <Fields fields={shape.fields} value={value} path={path} besides={besides} /> : null}
    </Stack>
  );
  if (!isTitled) return content;
  return (
    <Fieldset legend={title} className="setting-group">
      {slot.help === '' ? null : (
        <Text size="xs" c="dimmed" mb="sm">
          {slot.help}
        </Text>
      )}
      {content}
    </Fieldset>
  );
}
