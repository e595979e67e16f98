import './form.css';
import type { z } from 'zod';
import { FieldView } from './field-view.tsx';
import { type FormFrame, FormProvider } from './form-context.tsx';
import { Fields } from './group-field.tsx';
import { slotOf } from './shape.ts';

interface Props {
  /** The schema that the whole form is made from. */
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  /** The same object as long as it says the same: fields are drawn again when it changes. */
  readonly frame: FormFrame;
  /** Called when a field is left. */
  readonly onLeave: () => void;
}

const TOP: readonly never[] = [];

/** The form of any settings, made from their schema. */
export function SettingsForm({ schema, value, frame, onLeave }: Props) {
  const slot = slotOf(schema);
  return (
    <FormProvider value={frame}>
      <form aria-label="Settings" noValidate onBlur={onLeave} onSubmit={(event) => event.preventDefault()}>
        {slot.shape.type === 'group' ? (
          <Fields fields={slot.shape.fields} value={value} path={TOP} besides={TOP} />
        ) : (
          <FieldView slot={slot} value={value} path={TOP} title="Settings" isTitled={false} besides={TOP} />
        )}
      </form>
    </FormProvider>
  );
}
