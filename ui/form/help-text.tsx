import { Code, List, Stack, Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import { type Block, helpBlocks, type Item, type Span } from './help-blocks.ts';

/** A help text. Its own headings begin below the one that it stands under. */
export function HelpText({ text }: { readonly text: string }) {
  const blocks = useMemo(() => helpBlocks(text), [text]);
  return (
    <Stack gap="xs">
      {blocks.map((block, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes
        <BlockView key={i} block={block} />
      ))}
    </Stack>
  );
}

function BlockView({ block }: { readonly block: Block }) {
  switch (block.type) {
    case 'heading':
      // The first one is the title of the kind, which stands above already.
      return block.level === 1 ? null : (
        <Title order={4} size="sm" mt={4}>
          <Spans spans={block.spans} />
        </Title>
      );
    case 'paragraph':
      return (
        <Text size="sm">
          <Spans spans={block.spans} />
        </Text>
      );
    case 'code':
      return <Code block>{block.text}</Code>;
    case 'list':
      return (
        <List size="sm" spacing={4} type={block.ordered ? 'ordered' : 'unordered'}>
          <Items items={block.items} />
        </List>
      );
  }
}

function Items({ items }: { readonly items: readonly Item[] }) {
  return items.map((item, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes
    <List.Item key={i}>
      <Spans spans={item.spans} />
      {item.items.length === 0 ? null : (
        <List size="sm" withPadding spacing={2} mt={2}>
          <Items items={item.items} />
        </List>
      )}
    </List.Item>
  ));
}

function Spans({ spans }: { readonly spans: readonly Span[] }) {
  return spans.map(({ type, text }, i) => {
    const key = `${i} ${text}`;
    if (type === 'strong') return <strong key={key}>{text}</strong>;
    if (type === 'emphasis') return <em key={key}>{text}</em>;
    if (type === 'code') return <Code key={key}>{text}</Code>;
    return <span key={key}>{text}</span>;
  });
}
