import { ActionIcon, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArchive, IconArchiveOff, IconCopy, IconDots, IconDownload, IconPencil } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useMay, useMayIn } from '../../api/may.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import { ArchivePolicy } from './archive-policy.tsx';
import { exportPolicy } from './export-policy.ts';
import { RenamePolicy } from './rename-policy.tsx';

interface Props {
  readonly policy: ListedPolicy;
}

/** What can be done with a policy besides opening it. */
export function PolicyMenu({ policy }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'rename' | 'archive' | null>(null);
  const target = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(null);
    target.current?.focus();
  };
  const { id, project, title, liveVersion, archived, draft } = policy;
  const may = useMay();
  const mayIn = useMayIn();
  const place = { project, policy: id };
  const save = (version: number | 'draft') => {
    exportPolicy(client, policy, version).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : 'Try again.';
      notifications.show({ color: 'red', title: `“${title}” could not be exported`, message });
    });
  };
  return (
    <>
      <Menu position="bottom-end" width={230} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <ActionIcon ref={target} variant="subtle" color="gray" aria-label={`More for ${title}`}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {may('draft policy') ? (
            <Menu.Item
              leftSection={<IconCopy size={16} aria-hidden />}
              onClick={() => navigate({ to: '/policies/new', search: { copy: id } })}
            >
              Duplicate
            </Menu.Item>
          ) : null}
          {mayIn('draft policy', place) && !archived ? (
            <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => setOpen('rename')}>
              Rename
            </Menu.Item>
          ) : null}
          {liveVersion === null ? null : (
            <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={() => save(liveVersion)}>
              Export version {liveVersion}
            </Menu.Item>
          )}
          {liveVersion === null || draft.differs ? (
            <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={() => save('draft')}>
              Export the draft
            </Menu.Item>
          ) : null}
          {mayIn('publish policy', place) ? (
            <Menu.Item
              leftSection={archived ? <IconArchiveOff size={16} aria-hidden /> : <IconArchive size={16} aria-hidden />}
              onClick={() => setOpen('archive')}
            >
              {archived ? 'Bring back' : 'Archive'}
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      {open === 'rename' ? <RenamePolicy policy={policy} onClose={close} /> : null}
      {open === 'archive' ? <ArchivePolicy policy={policy} onClose={close} /> : null}
    </>
  );
}
