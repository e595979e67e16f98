import './new-policy.css';
import { Radio, Text } from '@mantine/core';
import { IconCopy, IconFileUpload, IconSquareDashed } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import type { HouseAnswer } from '../../api/house.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import type { Template } from '../../api/templates.ts';
import { BLANK, COPY, FILE, type LoadedFile } from './beginning.ts';
import { FileBeginning } from './file-beginning.tsx';
import { Thumbnail } from './thumbnail.tsx';

interface Props {
  readonly templates: readonly Template[];
  readonly house: HouseAnswer;
  /** The policy that is duplicated; null where none is. */
  readonly original: ListedPolicy | null;
  readonly choice: string;
  readonly onChoose: (choice: string) => void;
  readonly file: LoadedFile | null;
  readonly onFile: (file: LoadedFile | null) => void;
  /** True where a file has to be chosen first. */
  readonly missing: boolean;
}

/** The choice of what a new policy begins with, each shipped one with a picture of its graph. */
export function BeginningChoice({ templates, house, original, choice, onChoose, file, onFile, missing }: Props) {
  return (
    <section>
      <Radio.Group
        value={choice}
        onChange={onChoose}
        label="What it begins with"
        classNames={{ label: 'choice-label' }}
      >
        <div className="choices">
          {original ? (
            <Choice
              value={COPY}
              title={`A copy of ${original.title}`}
              description="With its drawing and its tests as they stand in the draft."
              picture={<IconCopy size={40} stroke={1.3} aria-hidden />}
            />
          ) : null}
          {templates.map(({ name, title, description, graph, layout }) => (
            <Choice
              key={name}
              value={name}
              title={title}
              description={description}
              picture={<Thumbnail graph={graph} layout={layout} />}
            />
          ))}
          <Choice
            value={BLANK}
            title="Nothing"
            description="An empty drawing with the place where requests enter. You draw the rest."
            picture={<IconSquareDashed size={40} stroke={1.3} aria-hidden />}
          />
          <Choice
            value={FILE}
            title="A file"
            description="A policy that was exported here or from another Signalbox, or a graph as JSON."
            picture={<IconFileUpload size={40} stroke={1.3} aria-hidden />}
          />
        </div>
      </Radio.Group>
      {choice === FILE ? <FileBeginning house={house} file={file} onFile={onFile} missing={missing} /> : null}
    </section>
  );
}

interface ChoiceProps {
  readonly value: string;
  readonly title: string;
  readonly description: string;
  readonly picture: ReactNode;
}

function Choice({ value, title, description, picture }: ChoiceProps) {
  const id = useId();
  return (
    <Radio.Card
      value={value}
      p="sm"
      radius="md"
      className="choice"
      aria-labelledby={`${id}-title`}
      aria-describedby={id}
    >
      <span className="choice-picture">{picture}</span>
      <span className="choice-title" id={`${id}-title`}>
        {title}
      </span>
      <Text span size="sm" c="dimmed" lineClamp={4} id={id}>
        {description}
      </Text>
    </Radio.Card>
  );
}
