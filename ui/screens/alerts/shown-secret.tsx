import { ShownOnceDialog } from '../../app/shown-once-dialog.tsx';

interface Props {
  readonly name: string;
  readonly secret: string;
  readonly onClose: () => void;
}

/** The secret that signs a webhook's messages, which is shown once. */
export function ShownSecret({ name, secret, onClose }: Props) {
  return (
    <ShownOnceDialog
      title={`The secret of “${name}”`}
      label="The secret"
      copy="Copy the secret"
      text={secret}
      words="Copy it now: it is shown this once. Whoever receives the messages checks with it that they come from this gateway, and not from somebody who knows the address. How to do that in Node and Python stands in docs/alerts.md."
      onClose={onClose}
    />
  );
}
