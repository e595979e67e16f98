import { Button, Code, Stack, Text, TextInput } from '@mantine/core';
import { correction, generate } from 'lean-qr';
import { toSvgPath } from 'lean-qr/extras/svg';
import { type FormEvent, useMemo, useState } from 'react';
import { CopyButton } from '../../app/copy-button.tsx';

/** Modules of the quiet zone that readers of pictures need around it. */
const QUIET = 4;

interface Props {
  readonly secret: { readonly secret: string; readonly address: string };
  readonly pending: boolean;
  /** What the button says that sends the first code. */
  readonly act: string;
  readonly onCode: (code: string) => void;
}

/** The picture that an authenticator app reads, the same as letters, and the field for a first code. */
export function CodeSetUp({ secret: { secret, address }, pending, act, onCode }: Props) {
  const [code, setCode] = useState('');
  const [tried, setTried] = useState(false);
  const isCode = /^\d{6}$/.test(code.replace(/\s/g, ''));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (isCode) onCode(code);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm">
          1. Open an authenticator app on your phone, such as the one in your password manager, and let it read this
          picture.
        </Text>
        <Picture of={address} />
        <div>
          <Text size="sm" mb={4}>
            Or type this secret into the app:
          </Text>
          <Code block aria-label="The secret">
            {secret.replace(/(.{4})(?=.)/g, '$1 ')}
          </Code>
          <CopyButton text={secret} label="Copy the secret" />
        </div>
        <TextInput
          label="2. Enter the six digits that it shows now"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          value={code}
          error={tried && !isCode ? 'A code has six digits.' : null}
          onChange={({ currentTarget }) => setCode(currentTarget.value)}
        />
        <Button type="submit" loading={pending}>
          {act}
        </Button>
      </Stack>
    </form>
  );
}

/** Black on white in every colour scheme, since cameras want it so. */
function Picture({ of: text }: { readonly of: string }) {
  const { path, size } = useMemo(() => {
    const bitmap = generate(text, { minCorrectionLevel: correction.M });
    return { path: toSvgPath(bitmap), size: bitmap.size };
  }, [text]);
  const side = size + 2 * QUIET;
  return (
    <svg
      role="img"
      aria-label="Picture for an authenticator app"
      viewBox={`${-QUIET} ${-QUIET} ${side} ${side}`}
      width={200}
      height={200}
      shapeRendering="crispEdges"
      style={{ alignSelf: 'center', borderRadius: 8 }}
    >
      <rect x={-QUIET} y={-QUIET} width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
