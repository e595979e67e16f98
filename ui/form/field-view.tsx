/** The widget of one place in a form, chosen by its hint and by its type: nothing here knows any kind of node. */
import { memo } from 'react';
import { BudgetPicker } from './budget-picker.tsx';
import { ChannelPicker } from './channel-picker.tsx';
import { CheckList } from './check-list.tsx';
import { ChoiceField } from './choice-field.tsx';
import { ConditionField } from './condition-field.tsx';
import { DefinitionField } from './definition-field.tsx';
import { DurationField } from './duration-field.tsx';
import { EntriesField } from './entries-field.tsx';
import type { FieldProps } from './field-props.ts';
import { GroupField } from './group-field.tsx';
import { LinesField } from './lines-field.tsx';
import { ListField } from './list-field.tsx';
import { ModelPicker } from './model-picker.tsx';
import { money, percentage, plainNumber } from './notation.ts';
import { NumberField } from './number-field.tsx';
import { samePath } from './paths.ts';
import { PolicyPicker } from './policy-picker.tsx';
import { ScopeField } from './scope-field.tsx';
import { SwitchField } from './switch-field.tsx';
import { TextField } from './text-field.tsx';
import { TimeZonePicker } from './time-zone-picker.tsx';
import { VariantsField } from './variants-field.tsx';
import { VersionPicker } from './version-picker.tsx';

/** Drawn again only when its own value is another one, or something is wrong that was not before. */
export const FieldView = memo(Widget, (before, after) => {
  const isSame = before.slot === after.slot && before.value === after.value && before.title === after.title;
  const sameBesides =
    before.besides.length === after.besides.length && before.besides.every((one, i) => one === after.besides[i]);
  return isSame && sameBesides && samePath(before.path, after.path);
});

function Widget(props: FieldProps) {
  const { hint, shape } = props.slot;
  switch (hint.widget) {
    case 'condition':
      return <ConditionField {...props} />;
    case 'model':
      return <ModelPicker {...props} />;
    case 'budget':
      return <BudgetPicker {...props} />;
    case 'policy':
      return <PolicyPicker {...props} />;
    case 'version':
      return <VersionPicker {...props} />;
    case 'channel':
      return <ChannelPicker {...props} />;
    case 'scope':
      return <ScopeField {...props} />;
    case 'timezone':
      return <TimeZonePicker {...props} />;
    case 'duration':
      return <DurationField {...props} />;
    case 'money':
      return <NumberField {...props} notation={money} unit="US dollars" />;
    case 'percentage':
      return <NumberField {...props} notation={percentage} unit="%" />;
    case 'weight':
      return <NumberField {...props} notation={plainNumber} unit="%" />;
  }
  switch (shape.type) {
    case 'text':
      return <TextField {...props} />;
    case 'number':
      return <NumberField {...props} notation={plainNumber} unit={hint.unit} />;
    case 'yes or no':
      return <SwitchField {...props} />;
    case 'choice':
      return <ChoiceField {...props} values={shape.values} />;
    case 'group':
      return <GroupField {...props} fields={shape.fields} />;
    case 'variants':
      return <VariantsField {...props} variants={shape.variants} />;
    case 'entries':
      return <EntriesField {...props} item={shape.value} />;
    case 'list':
      if (shape.item.shape.type === 'choice') return <CheckList {...props} values={shape.item.shape.values} />;
      if (shape.item.shape.type === 'text' && shape.item.hint.widget === undefined) return <LinesField {...props} />;
      return <ListField {...props} item={shape.item} />;
    case 'other':
      return <DefinitionField {...props} />;
  }
}
