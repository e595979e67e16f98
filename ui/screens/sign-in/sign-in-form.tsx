import { lazy, Suspense, useState } from 'react';
import type { NextStep } from '../../api/session.ts';
import { Waiting } from '../../app/waiting.tsx';
import { CodeForm } from './code-form.tsx';
import { PasswordForm } from './password-form.tsx';
import { ProviderButtons } from './provider-buttons.tsx';

const SetUpFirst = lazy(() => import('./set-up-first.tsx'));

/** The steps of signing in, one after the other. `email` is what stands in its field at first. */
export function SignInForm({ email }: { readonly email: string }) {
  const [next, setNext] = useState<NextStep>(null);
  const again = (): void => setNext(null);
  if (next === 'code') return <CodeForm onBack={again} />;
  if (next === 'set_up_code') {
    return (
      <Suspense fallback={<Waiting what="the next step" />}>
        <SetUpFirst onBack={again} />
      </Suspense>
    );
  }
  return (
    <>
      <PasswordForm email={email} onNext={setNext} />
      <ProviderButtons />
    </>
  );
}
