import type { ComponentProps } from 'react';

interface FormProps extends Omit<ComponentProps<'form'>, 'action' | 'onSubmit'> {
  onSubmit(data: FormData, form: HTMLFormElement): void;
}

/** A form that keeps what was typed. Not a form action: React empties such a form also where saving failed. */
export function Form({ onSubmit, ...rest }: FormProps) {
  return (
    <form
      {...rest}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(new FormData(event.currentTarget), event.currentTarget);
      }}
    />
  );
}
